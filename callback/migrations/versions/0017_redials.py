"""Redials told apart in the call log, and which days of the telephone company's log are in ours."""

import sqlalchemy as sa
import sqlmodel
from alembic import op


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('imported_day',
    sa.Column('line_id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('calls', sa.Integer(), nullable=False),
    sa.Column('imported_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['line_id'], ['line.id'], name=op.f('fk_imported_day_line_id_line')),
    sa.PrimaryKeyConstraint('line_id', 'day', name=op.f('pk_imported_day'))
    )
    # With a default that stays, because taking it away would copy the whole log on SQLite.
    op.add_column('call', sa.Column('redial', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('line', sa.Column('redial_minutes', sa.Integer(), nullable=False, server_default='30'))



def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table('line', schema=None) as batch_op:
        batch_op.drop_column('redial_minutes')

    with op.batch_alter_table('call', schema=None) as batch_op:
        batch_op.drop_column('redial')

    op.drop_table('imported_day')
