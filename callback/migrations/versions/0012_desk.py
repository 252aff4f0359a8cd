"""What agents write down about conversations, why they are away, and the outcomes of a line."""

import sqlalchemy as sa
import sqlmodel
from alembic import op


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('contact_note',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('reservation_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('line_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('agent_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('phone_number', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=True),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('text', sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
    sa.ForeignKeyConstraint(['agent_id'], ['agent.id'], name=op.f('fk_contact_note_agent_id_agent')),
    sa.ForeignKeyConstraint(['line_id'], ['line.id'], name=op.f('fk_contact_note_line_id_line')),
    sa.ForeignKeyConstraint(['reservation_id'], ['reservation.id'], name=op.f('fk_contact_note_reservation_id_reservation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_note'))
    )
    with op.batch_alter_table('contact_note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contact_note_phone_number'), ['phone_number'], unique=False)
        batch_op.create_index(batch_op.f('ix_contact_note_reservation_id'), ['reservation_id'], unique=False)

    op.create_table('wrap_up',
    sa.Column('reservation_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('line_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('agent_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('phone_number', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=True),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('disposition', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('complaint', sa.Boolean(), nullable=False),
    sa.Column('resolution', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('follow_up_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.ForeignKeyConstraint(['agent_id'], ['agent.id'], name=op.f('fk_wrap_up_agent_id_agent')),
    sa.ForeignKeyConstraint(['follow_up_id'], ['callback.id'], name=op.f('fk_wrap_up_follow_up_id_callback')),
    sa.ForeignKeyConstraint(['line_id'], ['line.id'], name=op.f('fk_wrap_up_line_id_line')),
    sa.ForeignKeyConstraint(['reservation_id'], ['reservation.id'], name=op.f('fk_wrap_up_reservation_id_reservation')),
    sa.PrimaryKeyConstraint('reservation_id', name=op.f('pk_wrap_up'))
    )
    with op.batch_alter_table('wrap_up', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_wrap_up_agent_id'), ['agent_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_wrap_up_phone_number'), ['phone_number'], unique=False)

    with op.batch_alter_table('agent', schema=None) as batch_op:
        batch_op.add_column(sa.Column('away_reason', sa.Enum('break', 'lunch', 'meeting', 'training', 'other', 'missed', name='awayreason', native_enum=False, length=24), nullable=True))

    with op.batch_alter_table('line', schema=None) as batch_op:
        batch_op.add_column(sa.Column('dispositions', sa.JSON(), nullable=False, server_default='[]'))
    with op.batch_alter_table('line', schema=None) as batch_op:
        batch_op.alter_column('dispositions', server_default=None)



def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('line', schema=None) as batch_op:
        batch_op.drop_column('dispositions')

    with op.batch_alter_table('agent', schema=None) as batch_op:
        batch_op.drop_column('away_reason')

    with op.batch_alter_table('wrap_up', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_wrap_up_phone_number'))
        batch_op.drop_index(batch_op.f('ix_wrap_up_agent_id'))

    op.drop_table('wrap_up')
    with op.batch_alter_table('contact_note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contact_note_reservation_id'))
        batch_op.drop_index(batch_op.f('ix_contact_note_phone_number'))

    op.drop_table('contact_note')
