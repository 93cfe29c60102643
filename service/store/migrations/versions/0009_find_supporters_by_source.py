"""Find supporters by where they came from and what they speak.

Revision: 0009, after 0008
"""

from alembic import op

from service.store.online import build_indexes, online

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with online():
        build_indexes({
            'ix_supporters_source': 'supporters (source)',
            'ix_supporters_locale': 'supporters (locale)',
        })


def downgrade() -> None:
    op.drop_index('ix_supporters_locale', table_name='supporters')
    op.drop_index('ix_supporters_source', table_name='supporters')
