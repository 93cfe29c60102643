"""Keep who brought whom.

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('sign_ups', sa.Column('referred_by', sa.BigInteger(), nullable=True))
    op.add_column('supporters', sa.Column('referred_by', sa.BigInteger(), nullable=True))
    op.create_index(
        'ix_supporters_referred_by',
        'supporters',
        ['referred_by'],
        postgresql_where=sa.text('referred_by IS NOT NULL'),
    )


def downgrade() -> None:
    op.drop_index('ix_supporters_referred_by', table_name='supporters')
    op.drop_column('supporters', 'referred_by')
    op.drop_column('sign_ups', 'referred_by')
