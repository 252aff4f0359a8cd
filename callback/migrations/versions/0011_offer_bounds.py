"""Bounds beyond which no call in turn is promised, and when a machine was left its one message."""

import sqlalchemy as sa
import sqlmodel
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('line') as batch_op:
        batch_op.add_column(sa.Column('offer_up_to_seconds', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('offer_up_to_waiting', sa.Integer(), nullable=True))
    with op.batch_alter_table('callback') as batch_op:
        batch_op.add_column(sa.Column('message_left_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('callback') as batch_op:
        batch_op.drop_column('message_left_at')
    with op.batch_alter_table('line') as batch_op:
        batch_op.drop_column('offer_up_to_waiting')
        batch_op.drop_column('offer_up_to_seconds')
