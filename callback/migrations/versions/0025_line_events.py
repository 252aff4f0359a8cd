"""A line's special events: days on which more or fewer call than usual."""

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: a column that is never null, on a table that may have rows, with no default left behind."""
    with op.batch_alter_table('line') as batch_op:
        batch_op.add_column(sa.Column('events', sa.JSON(), nullable=False, server_default='[]'))
    with op.batch_alter_table('line') as batch_op:
        batch_op.alter_column('events', server_default=None)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('line') as batch_op:
        batch_op.drop_column('events')
