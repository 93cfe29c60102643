"""Find supporters by where they came from and what they speak.

Revision: 0009, after 0008
"""

from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Some seconds each for ten million rows, in which people read and sign-ups wait.
    op.create_index('ix_supporters_source', 'supporters', ['source'])
    op.create_index('ix_supporters_locale', 'supporters', ['locale'])


def downgrade() -> None:
    op.drop_index('ix_supporters_locale', table_name='supporters')
    op.drop_index('ix_supporters_source', table_name='supporters')
