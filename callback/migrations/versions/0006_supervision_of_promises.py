"""A promise that went over to another day, an alert that was given, and the wait by clock and by phone."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('callback') as batch_op:
        batch_op.add_column(
            sa.Column('first_promised_from', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
        )
        batch_op.add_column(sa.Column('alerted_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('gross_wait_seconds', sa.Float(), nullable=True))
        batch_op.add_column(
            sa.Column('net_wait_seconds', sa.Float(), nullable=False, server_default='0')
        )
    with op.batch_alter_table('callback') as batch_op:
        batch_op.alter_column('net_wait_seconds', server_default=None)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('callback') as batch_op:
        for name in ('net_wait_seconds', 'gross_wait_seconds', 'alerted_at', 'first_promised_from'):
            batch_op.drop_column(name)
