"""Counters of what may be done only so often."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        'limit_count',
        sa.Column('key', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column('until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column('count', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('key', name=op.f('pk_limit_count')),
    )
    with op.batch_alter_table('limit_count') as batch_op:
        batch_op.create_index('ix_limit_count_until', ['until'])


def downgrade() -> None:
    """Take back."""
    op.drop_table('limit_count')
