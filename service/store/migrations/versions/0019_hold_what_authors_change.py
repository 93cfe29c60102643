"""Hold a planned message that an author changed until somebody who may launch has released it.

Revision: 0019, after 0018
"""

from alembic import op

from service.store.online import apply, build_indexes, online

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with online():
        apply(
            'ALTER TABLE stages ADD COLUMN IF NOT EXISTS unreleased_at timestamptz',
            "ALTER TABLE stages ADD COLUMN IF NOT EXISTS unreleased_by text DEFAULT '' NOT NULL",
            'ALTER TABLE stages ADD COLUMN IF NOT EXISTS released_facts jsonb',
            'ALTER TABLE stages ADD COLUMN IF NOT EXISTS release_asked_at timestamptz',
        )
        build_indexes({'ix_stages_unreleased': 'stages (id) WHERE unreleased_at IS NOT NULL AND fired_at IS NULL'})


def downgrade() -> None:
    op.drop_index('ix_stages_unreleased', table_name='stages')
    op.drop_column('stages', 'release_asked_at')
    op.drop_column('stages', 'released_facts')
    op.drop_column('stages', 'unreleased_by')
    op.drop_column('stages', 'unreleased_at')
