"""When both sides of a reservation were in the room."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    column = sa.Column('met_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
    with op.batch_alter_table('reservation') as batch_op:
        batch_op.add_column(column)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('reservation') as batch_op:
        batch_op.drop_column('met_at')
