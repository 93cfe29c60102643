"""Undo an import: drop an index that no question uses

Revision: 0021, after 0018
"""

from alembic import op

from service.store.online import drop_indexes, online

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with online():
        drop_indexes('ix_sign_ups_phone_prefix')


def downgrade() -> None:
    op.create_index('ix_sign_ups_phone_prefix', 'sign_ups', ['phone'], postgresql_ops={'phone': 'text_pattern_ops'})
