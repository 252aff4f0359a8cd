"""A supervisor's leg, and when it was last asked what became of a caller."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('leg') as batch_op:
        batch_op.add_column(
            sa.Column('agent_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True)
        )
        batch_op.add_column(
            sa.Column('mode', sa.Enum('listen', 'whisper', 'join', native_enum=False, create_constraint=False,
                                      length=24, name='listening'), nullable=True)
        )
    with op.batch_alter_table('call') as batch_op:
        batch_op.add_column(sa.Column('asked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('call') as batch_op:
        batch_op.drop_column('asked_at')
    with op.batch_alter_table('leg') as batch_op:
        batch_op.drop_column('mode')
        batch_op.drop_column('agent_id')
