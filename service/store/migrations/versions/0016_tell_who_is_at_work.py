"""Tell who is at work, and keep count of what was handed over.

Revision: 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op

from service.store.online import apply, build_indexes, online

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

_INDEXES = {'ix_notices_unknown': "notices (id) WHERE state = 'unknown'"}


def upgrade() -> None:
    op.create_table(
        'heartbeats',
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('kind', sa.Text(), nullable=False),
        sa.Column('host', sa.Text(), nullable=False),
        sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('broker_is_away', sa.Boolean(), server_default='false', nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_heartbeats')),
        postgresql_with={'fillfactor': '50'},
    )
    op.create_table(
        'tallies',
        sa.Column('provider', sa.Text(), nullable=False),
        sa.Column('part', sa.Text(), nullable=False),
        sa.Column('outcome', sa.Text(), nullable=False),
        sa.Column('count', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('provider', 'part', 'outcome', name=op.f('pk_tallies')),
    )
    with online():
        apply('ALTER TABLE house ADD COLUMN IF NOT EXISTS tallied_to timestamptz')
        build_indexes(_INDEXES)


def downgrade() -> None:
    op.drop_index('ix_notices_unknown', table_name='notices')
    op.drop_column('house', 'tallied_to')
    op.drop_table('tallies')
    op.drop_table('heartbeats')
