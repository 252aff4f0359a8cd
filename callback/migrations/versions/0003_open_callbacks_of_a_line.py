"""What is open on a line is found without reading what is over."""

from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

NAME = 'ix_callback_line_id_status_arrived_at'


def upgrade() -> None:
    """Apply."""
    op.create_index(NAME, 'callback', ['line_id', 'status', 'arrived_at'])


def downgrade() -> None:
    """Take back."""
    op.drop_index(NAME, 'callback')
