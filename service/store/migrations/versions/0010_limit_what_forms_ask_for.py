"""Count what forms ask for, remember alarms and who must not be asked, and say where a campaign's texts may go.

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('campaigns', sa.Column('countries', sa.ARRAY(sa.Text()), server_default='{}', nullable=False))
    op.create_table(
        'ask_counts',
        sa.Column('scope', sa.Text(), nullable=False),
        sa.Column('bucket', sa.DateTime(timezone=True), nullable=False),
        sa.Column('count', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('scope', 'bucket', name=op.f('pk_ask_counts')),
    )
    op.create_index('ix_ask_counts_bucket', 'ask_counts', ['bucket'])
    op.create_table(
        'ask_alarms',
        sa.Column('campaign_id', sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column('budget', sa.Text(), nullable=False),
        sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('let_go_until', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('campaign_id', 'budget', name=op.f('pk_ask_alarms')),
    )
    op.create_table(
        'not_me',
        sa.Column('address_hash', sa.LargeBinary(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('address_hash', name=op.f('pk_not_me')),
    )
    op.create_index(
        'ix_notices_over_budget', 'notices', ['campaign_id', 'id'],
        postgresql_where=sa.text("state = 'queued' AND reason = 'over_budget'"),
    )
    op.create_index(
        'ix_sign_ups_phone_confirmed_at', 'sign_ups', ['campaign_id', 'phone_confirmed_at'],
        postgresql_where=sa.text('phone_confirmed_at IS NOT NULL'),
    )


def downgrade() -> None:
    op.drop_index('ix_sign_ups_phone_confirmed_at', table_name='sign_ups')
    op.drop_index('ix_notices_over_budget', table_name='notices')
    op.drop_table('not_me')
    op.drop_table('ask_alarms')
    op.drop_table('ask_counts')
    op.drop_column('campaigns', 'countries')
