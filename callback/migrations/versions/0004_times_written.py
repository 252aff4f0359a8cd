"""The times that a text message named."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    column = sa.Column('times_written', sa.JSON(), nullable=False, server_default='[]')
    with op.batch_alter_table('callback') as batch_op:
        batch_op.add_column(column)
    with op.batch_alter_table('callback') as batch_op:
        batch_op.alter_column('times_written', server_default=None)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('callback') as batch_op:
        batch_op.drop_column('times_written')
