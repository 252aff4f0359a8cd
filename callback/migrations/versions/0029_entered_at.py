"""When a person was told the way into the room."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; who has accepted and is on the line is taken to be in the room."""
    column = sa.Column('entered_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
    with op.batch_alter_table('leg') as batch_op:
        batch_op.add_column(column)
    op.execute("UPDATE leg SET entered_at = accepted_at WHERE role = 'person' AND status <> 'ended'")


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('leg') as batch_op:
        batch_op.drop_column('entered_at')
