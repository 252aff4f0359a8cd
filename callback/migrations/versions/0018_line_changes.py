"""Drafts of a line's settings, and the history of their changes."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        'line_draft',
        sa.Column('line_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column('typed', sa.JSON(), nullable=False),
        sa.Column('by', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['line_id'], ['line.id'], name=op.f('fk_line_draft_line_id_line')),
        sa.PrimaryKeyConstraint('line_id', name=op.f('pk_line_draft')),
    )
    op.create_table(
        'line_change',
        sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column('line_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column('by', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column('fields', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['line_id'], ['line.id'], name=op.f('fk_line_change_line_id_line')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_line_change')),
    )
    with op.batch_alter_table('line_change') as batch_op:
        batch_op.create_index(batch_op.f('ix_line_change_line_id'), ['line_id'], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table('line_change')
    op.drop_table('line_draft')
