"""What callers can add: a note after the tone, an extension, and a supervisor for whoever calls again."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

LINE = (
    ('takes_notes', sa.Boolean(), sa.false()),
    ('notes_kept_days', sa.Integer(), '30'),
    ('repeat_days', sa.Integer(), '7'),
)


def _add(table: str, name: str, kind: object, default: object) -> None:
    """Add a column that is never null to a table that may have rows, and leave no default behind."""
    with op.batch_alter_table(table) as batch_op:
        batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=default))
    with op.batch_alter_table(table) as batch_op:
        batch_op.alter_column(name, server_default=None)


def upgrade() -> None:
    """Apply."""
    for name, kind, default in LINE:
        _add('line', name, kind, default)
    with op.batch_alter_table('line') as batch_op:
        batch_op.add_column(
            sa.Column('supervisor_skill', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True)
        )
    _add('call', 'skills', sa.JSON(), '[]')
    _add('call', 'is_repeat', sa.Boolean(), sa.false())
    with op.batch_alter_table('call') as batch_op:
        batch_op.create_index('ix_call_phone_number_arrived_at', ['phone_number', 'arrived_at'])
    with op.batch_alter_table('callback') as batch_op:
        batch_op.add_column(
            sa.Column('extension', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=True)
        )
    op.create_table(
        'note',
        sa.Column('callback_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column('recording_sid', sqlmodel.sql.sqltypes.AutoString(length=34), nullable=False),
        sa.Column('seconds', sa.Integer(), nullable=False),
        sa.Column('recorded_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column('delete_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['callback_id'], ['callback.id'], name=op.f('fk_note_callback_id_callback')),
        sa.PrimaryKeyConstraint('callback_id', name=op.f('pk_note')),
    )
    op.create_index(op.f('ix_note_delete_at'), 'note', ['delete_at'])


def downgrade() -> None:
    """Take back."""
    op.drop_table('note')
    with op.batch_alter_table('callback') as batch_op:
        batch_op.drop_column('extension')
    with op.batch_alter_table('call') as batch_op:
        batch_op.drop_index('ix_call_phone_number_arrived_at')
        batch_op.drop_column('is_repeat')
        batch_op.drop_column('skills')
    with op.batch_alter_table('line') as batch_op:
        batch_op.drop_column('supervisor_skill')
        for name, _, _ in LINE:
            batch_op.drop_column(name)
