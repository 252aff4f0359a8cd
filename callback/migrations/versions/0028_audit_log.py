"""Audit log."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('audit_entry',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('by', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('event', sa.Enum('user_created', 'user_invited', 'user_changed', 'user_disabled', 'user_enabled', 'key_created', 'line_created', 'line_changed', 'callback_moved', 'callback_canceled', 'callback_reassigned', 'callback_hurried', 'link_revoked', name='auditevent', native_enum=False, length=24), nullable=False),
    sa.Column('subject', sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
    sa.Column('detail', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table('audit_entry')
