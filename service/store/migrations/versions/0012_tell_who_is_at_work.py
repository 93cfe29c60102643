"""Tell who is at work, and keep count of what was handed over.

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

_UNKNOWN = {'ix_batches_unknown': 'batches', 'ix_notices_unknown': 'notices'}


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
    op.add_column('house', sa.Column('tallied_to', sa.DateTime(timezone=True), nullable=True))
    # Beside the writers, and each step may be run again.
    with op.get_context().autocommit_block():
        for name, table in _UNKNOWN.items():
            op.execute(f'DROP INDEX CONCURRENTLY IF EXISTS {name}')
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {table} (id) WHERE state = 'unknown'")


def downgrade() -> None:
    for name, table in _UNKNOWN.items():
        op.drop_index(name, table_name=table)
    op.drop_column('house', 'tallied_to')
    op.drop_table('tallies')
    op.drop_table('heartbeats')
