"""Two questions after a conversation, and what was answered."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

String = sqlmodel.sql.sqltypes.AutoString
Instant = sqlmodel.sql.sqltypes.UTCDateTime


def _refers(column, table):
    """Return the foreign key of a column."""
    return sa.ForeignKeyConstraint([column], [f'{table}.id'], name=op.f(f'fk_survey_{column}_{table}'))


def upgrade() -> None:
    """Apply."""
    op.create_table(
        'survey',
        sa.Column('reservation_id', String(length=32), nullable=False),
        sa.Column('line_id', String(), nullable=False),
        sa.Column('agent_id', String(), nullable=False),
        sa.Column('callback_id', String(), nullable=True),
        sa.Column('call_id', String(), nullable=True),
        sa.Column('phone_number', String(length=20), nullable=True),
        sa.Column('language', String(length=16), nullable=False),
        sa.Column('channel', sa.String(length=24), nullable=False),
        sa.Column('asked_at', Instant(), nullable=False),
        sa.Column('helped', sa.Boolean(), nullable=True),
        sa.Column('score', sa.Integer(), nullable=True),
        sa.Column('answered_at', Instant(), nullable=True),
        _refers('reservation_id', 'reservation'),
        _refers('line_id', 'line'),
        _refers('agent_id', 'agent'),
        _refers('callback_id', 'callback'),
        _refers('call_id', 'call'),
        sa.PrimaryKeyConstraint('reservation_id', name=op.f('pk_survey')),
    )
    with op.batch_alter_table('survey') as batch_op:
        batch_op.create_index('ix_survey_line_id_asked_at', ['line_id', 'asked_at'])
        batch_op.create_index('ix_survey_phone_number_line_id', ['phone_number', 'line_id'])
        batch_op.create_index('ix_survey_agent_id', ['agent_id'])
        batch_op.create_index('ix_survey_callback_id', ['callback_id'])
        batch_op.create_index('ix_survey_call_id', ['call_id'])
    with op.batch_alter_table('line') as batch_op:
        batch_op.add_column(sa.Column('survey', sa.String(length=24), nullable=False, server_default='off'))
    with op.batch_alter_table('line') as batch_op:
        batch_op.alter_column('survey', server_default=None)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('line') as batch_op:
        batch_op.drop_column('survey')
    op.drop_table('survey')
