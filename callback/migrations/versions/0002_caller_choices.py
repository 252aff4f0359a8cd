"""What callers may choose: special days, reasons, answers, languages of numbers; and the do-not-call list."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

LINE = (
    ('offer_when_waiting', sa.Integer(), '0'),
    ('offer_every', sa.Integer(), '1'),
    ('say_position', sa.Boolean(), sa.false()),
    ('special_days', sa.JSON(), '[]'),
    ('reasons', sa.JSON(), '[]'),
    ('answers', sa.JSON(), '[]'),
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
    _add('leg', 'menu', sa.JSON(), '{}')
    with op.batch_alter_table('line_number') as batch_op:
        batch_op.add_column(sa.Column('language', sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    with op.batch_alter_table('callback') as batch_op:
        batch_op.add_column(sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True))
    op.create_table(
        'do_not_call',
        sa.Column('number', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column('since', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column('by', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.PrimaryKeyConstraint('number', name=op.f('pk_do_not_call')),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table('do_not_call')
    with op.batch_alter_table('callback') as batch_op:
        batch_op.drop_column('reason')
    with op.batch_alter_table('line_number') as batch_op:
        batch_op.drop_column('language')
    with op.batch_alter_table('leg') as batch_op:
        batch_op.drop_column('menu')
    with op.batch_alter_table('line') as batch_op:
        for name, _, _ in LINE:
            batch_op.drop_column(name)
