"""Count what forms ask for, remember alarms and who must not be asked, and say where a campaign's texts may go.

Revision: 0010, after 0009
"""

from alembic import op

from service.store.online import apply, build_indexes, online

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


_TABLES = (
    """CREATE TABLE IF NOT EXISTS ask_counts (
        scope text NOT NULL,
        bucket timestamptz NOT NULL,
        count integer NOT NULL,
        CONSTRAINT pk_ask_counts PRIMARY KEY (scope, bucket))""",
    'CREATE INDEX IF NOT EXISTS ix_ask_counts_bucket ON ask_counts (bucket)',
    """CREATE TABLE IF NOT EXISTS ask_alarms (
        campaign_id bigint NOT NULL,
        budget text NOT NULL,
        began_at timestamptz NOT NULL,
        last_at timestamptz NOT NULL,
        told_at timestamptz,
        let_go_until timestamptz,
        CONSTRAINT pk_ask_alarms PRIMARY KEY (campaign_id, budget))""",
    """CREATE TABLE IF NOT EXISTS not_me (
        address_hash bytea NOT NULL,
        at timestamptz NOT NULL,
        CONSTRAINT pk_not_me PRIMARY KEY (address_hash))""",
)
_INDEXES = {
    'ix_notices_over_budget': "notices (campaign_id, id) WHERE state = 'queued' AND reason = 'over_budget'",
    'ix_sign_ups_phone_confirmed_at':
        'sign_ups (campaign_id, phone_confirmed_at) WHERE phone_confirmed_at IS NOT NULL',
}


def upgrade() -> None:
    with online():
        apply("ALTER TABLE campaigns ADD COLUMN IF NOT EXISTS countries text[] NOT NULL DEFAULT '{}'")
        apply(*_TABLES)
        build_indexes(_INDEXES)


def downgrade() -> None:
    op.drop_index('ix_sign_ups_phone_confirmed_at', table_name='sign_ups')
    op.drop_index('ix_notices_over_budget', table_name='notices')
    op.drop_table('not_me')
    op.drop_table('ask_alarms')
    op.drop_table('ask_counts')
    op.drop_column('campaigns', 'countries')
