"""When the phone of a leg began to ring."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column('leg', sa.Column('rang_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('leg') as batch_op:
        batch_op.drop_column('rang_at')
