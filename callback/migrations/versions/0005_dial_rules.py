"""What may be dialled, how often, and for whom: a line's rules, a callback's skills and preferred agent."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

LINE = (
    ('countries', sa.JSON(), '[]'),
    ('blocked_prefixes', sa.JSON(), '[]'),
    ('dials_per_number_per_day', sa.Integer(), '10'),
    ('preferred_agent_minutes', sa.Integer(), '5'),
    ('paused', sa.Boolean(), sa.false()),
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
    _add('callback', 'skills', sa.JSON(), '[]')
    with op.batch_alter_table('line') as batch_op:
        batch_op.add_column(sa.Column('dials_per_day', sa.Integer(), nullable=True))
    with op.batch_alter_table('callback') as batch_op:
        batch_op.add_column(
            sa.Column('preferred_agent_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True)
        )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('callback') as batch_op:
        batch_op.drop_column('preferred_agent_id')
        batch_op.drop_column('skills')
    with op.batch_alter_table('line') as batch_op:
        batch_op.drop_column('dials_per_day')
        for name, _, _ in LINE:
            batch_op.drop_column(name)
