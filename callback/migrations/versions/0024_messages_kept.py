"""For how many days a line keeps texts."""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('line') as batch_op:
        batch_op.add_column(
            sa.Column('messages_kept_days', sa.Integer(), nullable=False, server_default='90')
        )
    with op.batch_alter_table('line') as batch_op:
        batch_op.alter_column('messages_kept_days', server_default=None)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('line') as batch_op:
        batch_op.drop_column('messages_kept_days')
