"""Trial calls."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('trial_call',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('line_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('to', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('asked_by', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('status', sa.Enum('planned', 'placing', 'placed', 'answered', 'ended', name='legstatus', native_enum=False, length=24), nullable=False),
    sa.Column('outcome', sa.Enum('completed', 'busy', 'no_answer', 'machine', 'failed', 'canceled', 'refused', 'declined', name='legoutcome', native_enum=False, length=24), nullable=True),
    sa.Column('why', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('code', sa.Integer(), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('not_before', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('claimed_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('placed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('rang_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('call_sid', sqlmodel.sql.sqltypes.AutoString(length=34), nullable=True),
    sa.Column('answered_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('confirmed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('ended_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['line_id'], ['line.id'], name=op.f('fk_trial_call_line_id_line')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trial_call')),
    sa.UniqueConstraint('call_sid', name=op.f('uq_trial_call_call_sid'))
    )
    with op.batch_alter_table('trial_call', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_trial_call_created_at'), ['created_at'], unique=False)
        batch_op.create_index('ix_trial_call_status', ['status'], unique=False)



def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('trial_call', schema=None) as batch_op:
        batch_op.drop_index('ix_trial_call_status')
        batch_op.drop_index(batch_op.f('ix_trial_call_created_at'))

    op.drop_table('trial_call')
