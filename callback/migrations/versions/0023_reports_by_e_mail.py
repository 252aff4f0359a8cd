"""Reports by e-mail."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('report_mail',
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('line_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('last', sa.Date(), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('not_before', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('claimed_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('trouble', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('sent_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('given_up_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['line_id'], ['line.id'], name=op.f('fk_report_mail_line_id_line')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_report_mail'))
    )
    with op.batch_alter_table('report_mail', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_report_mail_created_at'), ['created_at'], unique=False)



def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('report_mail', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_report_mail_created_at'))

    op.drop_table('report_mail')
