"""The form on the web: a line's address for it, proofs of numbers, and answers that are remembered."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

String = sqlmodel.sql.sqltypes.AutoString
Instant = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """Apply."""
    op.create_table(
        'number_proof',
        sa.Column('id', String(length=32), nullable=False),
        sa.Column('line_id', String(), nullable=False),
        sa.Column('phone_number', String(length=20), nullable=False),
        sa.Column('language', String(length=16), nullable=False),
        sa.Column('start_at', Instant(), nullable=True),
        sa.Column('code_hash', String(length=64), nullable=False),
        sa.Column('tries', sa.Integer(), nullable=False),
        sa.Column('created_at', Instant(), nullable=False),
        sa.Column('expires_at', Instant(), nullable=False),
        sa.Column('used_at', Instant(), nullable=True),
        sa.ForeignKeyConstraint(['line_id'], ['line.id'], name=op.f('fk_number_proof_line_id_line')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_number_proof')),
    )
    with op.batch_alter_table('number_proof') as batch_op:
        batch_op.create_index('ix_number_proof_expires_at', ['expires_at'])
    op.create_table(
        'remembered_answer',
        sa.Column('key', String(length=64), nullable=False),
        sa.Column('request', String(length=64), nullable=False),
        sa.Column('answer', sa.JSON(), nullable=False),
        sa.Column('created_at', Instant(), nullable=False),
        sa.PrimaryKeyConstraint('key', name=op.f('pk_remembered_answer')),
    )
    with op.batch_alter_table('remembered_answer') as batch_op:
        batch_op.create_index('ix_remembered_answer_created_at', ['created_at'])
    with op.batch_alter_table('line') as batch_op:
        batch_op.add_column(sa.Column('slug', String(length=40), nullable=True))
        batch_op.add_column(sa.Column('embed_origins', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.create_unique_constraint(op.f('uq_line_slug'), ['slug'])
    with op.batch_alter_table('line') as batch_op:
        batch_op.alter_column('embed_origins', server_default=None)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('line') as batch_op:
        batch_op.drop_constraint(op.f('uq_line_slug'), type_='unique')
        batch_op.drop_column('embed_origins')
        batch_op.drop_column('slug')
    op.drop_table('remembered_answer')
    op.drop_table('number_proof')
