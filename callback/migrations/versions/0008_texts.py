"""The outbox of texts: messages, whom none are sent to, and each line's pace."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

String = sqlmodel.sql.sqltypes.AutoString


def _words():
    """Return the type of a column of words."""
    return sa.String(length=24)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        'message',
        sa.Column('id', String(length=32), nullable=False),
        sa.Column('line_id', String(), nullable=False),
        sa.Column('callback_id', String(), nullable=True),
        sa.Column('purpose', _words(), nullable=False),
        sa.Column('to', String(length=20), nullable=False),
        sa.Column('sender', String(length=20), nullable=True),
        sa.Column('body', String(length=1600), nullable=False),
        sa.Column('status', _words(), nullable=False),
        sa.Column('detail', String(), nullable=False),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('paced', sa.Boolean(), nullable=False),
        sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column('not_before', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column('not_after', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column('claimed_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column('sid', String(length=34), nullable=True),
        sa.Column('accepted_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column('ended_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(['line_id'], ['line.id'], name=op.f('fk_message_line_id_line')),
        sa.ForeignKeyConstraint(['callback_id'], ['callback.id'], name=op.f('fk_message_callback_id_callback')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_message')),
        sa.UniqueConstraint('sid', name=op.f('uq_message_sid')),
    )
    with op.batch_alter_table('message') as batch_op:
        batch_op.create_index('ix_message_callback_id', ['callback_id'])
        batch_op.create_index('ix_message_to', ['to'])
        batch_op.create_index('ix_message_status_not_before', ['status', 'not_before'])
        batch_op.create_index('ix_message_status_claimed_until', ['status', 'claimed_until'])
    op.create_table(
        'no_texts',
        sa.Column('to', String(length=20), nullable=False),
        sa.Column('sender', String(length=20), nullable=False),
        sa.Column('reason', _words(), nullable=False),
        sa.Column('since', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('to', 'sender', name=op.f('pk_no_texts')),
    )
    op.create_table(
        'text_pace',
        sa.Column('line_id', String(length=32), nullable=False),
        sa.Column('free_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['line_id'], ['line.id'], name=op.f('fk_text_pace_line_id_line')),
        sa.PrimaryKeyConstraint('line_id', name=op.f('pk_text_pace')),
    )
    for name, kind, default in (
        ('texts', sa.Boolean(), sa.true()),
        ('remind_before_minutes', sa.Integer(), '30'),
    ):
        with op.batch_alter_table('line') as batch_op:
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        with op.batch_alter_table('line') as batch_op:
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('line') as batch_op:
        batch_op.drop_column('remind_before_minutes')
        batch_op.drop_column('texts')
    for name in ('text_pace', 'no_texts', 'message'):
        op.drop_table(name)
