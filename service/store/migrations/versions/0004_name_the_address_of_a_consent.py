"""Name the address a consent is for.

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('consents', sa.Column('address_hash', sa.LargeBinary(), nullable=True))
    op.add_column('permissions', sa.Column('address_hash', sa.LargeBinary(), nullable=True))
    # What stands was given for the address the person has now: none could be changed so far.
    op.execute("""
        UPDATE permissions p SET address_hash = CASE p.channel WHEN 'email' THEN s.email_hash ELSE s.phone_hash END
        FROM supporters s WHERE s.id = p.supporter_id
    """)


def downgrade() -> None:
    op.drop_column('permissions', 'address_hash')
    op.drop_column('consents', 'address_hash')
