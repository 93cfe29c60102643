"""Keep who brought whom.

Revision: 0011, after 0010
"""

from alembic import op

from service.store.online import apply, build_indexes, online

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with online():
        for table in ('sign_ups', 'supporters'):
            apply(f'ALTER TABLE {table} ADD COLUMN IF NOT EXISTS referred_by bigint')
        build_indexes({'ix_supporters_referred_by': 'supporters (referred_by) WHERE referred_by IS NOT NULL'})


def downgrade() -> None:
    op.drop_index('ix_supporters_referred_by', table_name='supporters')
    op.drop_column('supporters', 'referred_by')
    op.drop_column('sign_ups', 'referred_by')
