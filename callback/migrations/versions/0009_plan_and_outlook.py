"""Shifts, forecasts as they were made, the outlook of a line, and how sure a promise was."""

import sqlalchemy as sa
import sqlmodel
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('forecast_snapshot',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('line_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sa.Enum('nightly', 'intraday', name='snapshotkind', native_enum=False, length=24), nullable=False),
    sa.Column('made_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('interval_minutes', sa.Integer(), nullable=False),
    sa.Column('model', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('handle_seconds', sa.Float(), nullable=False),
    sa.Column('day_spread', sa.Float(), nullable=False),
    sa.Column('accuracy', sa.JSON(), nullable=True),
    sa.Column('notes', sa.JSON(), nullable=False),
    sa.Column('rows', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['line_id'], ['line.id'], name=op.f('fk_forecast_snapshot_line_id_line')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forecast_snapshot'))
    )
    with op.batch_alter_table('forecast_snapshot', schema=None) as batch_op:
        batch_op.create_index('ix_forecast_snapshot_line_id_kind_made_at', ['line_id', 'kind', 'made_at'], unique=False)

    op.create_table('outlook',
    sa.Column('line_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('made_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('snapshot_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('first_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('interval_minutes', sa.Integer(), nullable=False),
    sa.Column('planned', sa.JSON(), nullable=False),
    sa.Column('needed', sa.JSON(), nullable=False),
    sa.Column('free', sa.JSON(), nullable=False),
    sa.Column('spread', sa.JSON(), nullable=False),
    sa.Column('chance', sa.Float(), nullable=False),
    sa.Column('level', sa.Float(), nullable=False),
    sa.Column('presence', sa.Float(), nullable=False),
    sa.Column('base', sa.Float(), nullable=False),
    sa.Column('slope', sa.Float(), nullable=False),
    sa.Column('calibrated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['line_id'], ['line.id'], name=op.f('fk_outlook_line_id_line')),
    sa.PrimaryKeyConstraint('line_id', name=op.f('pk_outlook'))
    )
    op.create_table('shift',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('line_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('starts_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('ends_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('agents', sa.Float(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    sa.ForeignKeyConstraint(['line_id'], ['line.id'], name=op.f('fk_shift_line_id_line')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shift'))
    )
    with op.batch_alter_table('shift', schema=None) as batch_op:
        batch_op.create_index('ix_shift_line_id_ends_at', ['line_id', 'ends_at'], unique=False)

    with op.batch_alter_table('callback', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kept_score', sa.Float(), nullable=True))

    with op.batch_alter_table('line', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('promise_chance', sa.Float(), nullable=False, server_default='0.9')
        )
        batch_op.add_column(sa.Column('shrinkage', sa.Float(), nullable=False, server_default='0.15'))
    with op.batch_alter_table('line', schema=None) as batch_op:
        batch_op.alter_column('promise_chance', server_default=None)
        batch_op.alter_column('shrinkage', server_default=None)



def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table('line', schema=None) as batch_op:
        batch_op.drop_column('shrinkage')
        batch_op.drop_column('promise_chance')

    with op.batch_alter_table('callback', schema=None) as batch_op:
        batch_op.drop_column('kept_score')

    with op.batch_alter_table('shift', schema=None) as batch_op:
        batch_op.drop_index('ix_shift_line_id_ends_at')

    op.drop_table('shift')
    op.drop_table('outlook')
    with op.batch_alter_table('forecast_snapshot', schema=None) as batch_op:
        batch_op.drop_index('ix_forecast_snapshot_line_id_kind_made_at')

    op.drop_table('forecast_snapshot')
