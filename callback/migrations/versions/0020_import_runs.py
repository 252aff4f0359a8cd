"""Imports of uploaded call logs, and how far they are."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        'import_run',
        sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column('line_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column('by', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column('file_name', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column('dry_run', sa.Boolean(), nullable=False),
        sa.Column('started_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column('moved_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column('ended_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column('share', sa.Float(), nullable=False),
        sa.Column('read', sa.Integer(), nullable=False),
        sa.Column('new', sa.Integer(), nullable=False),
        sa.Column('known', sa.Integer(), nullable=False),
        sa.Column('rejected', sa.Integer(), nullable=False),
        sa.Column('redials', sa.Integer(), nullable=False),
        sa.Column('examples', sa.JSON(), nullable=False),
        sa.Column('trouble', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=True),
        sa.ForeignKeyConstraint(['line_id'], ['line.id'], name=op.f('fk_import_run_line_id_line')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_import_run')),
    )
    op.create_index(op.f('ix_import_run_line_id'), 'import_run', ['line_id'])


def downgrade() -> None:
    """Take back."""
    op.drop_table('import_run')
