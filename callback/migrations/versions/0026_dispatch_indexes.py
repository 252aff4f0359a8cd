"""Indexes by which a dispatch finds today's diallings and the offers that ended a moment ago."""

from alembic import op

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index('ix_leg_line_id_placed_at', 'leg', ['line_id', 'placed_at'])
    op.create_index('ix_reservation_ended_at', 'reservation', ['ended_at'])


def downgrade() -> None:
    """Take back."""
    op.drop_index('ix_reservation_ended_at', table_name='reservation')
    op.drop_index('ix_leg_line_id_placed_at', table_name='leg')
