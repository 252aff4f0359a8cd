"""Which links to a callback's page still open it."""

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('callback') as batch_op:
        batch_op.add_column(
            sa.Column('link_generation', sa.Integer(), nullable=False, server_default='0')
        )
    with op.batch_alter_table('callback') as batch_op:
        batch_op.alter_column('link_generation', server_default=None)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('callback') as batch_op:
        batch_op.drop_column('link_generation')
