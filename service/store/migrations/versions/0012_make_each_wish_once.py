"""Make each thing that is asked for once, under the key of its form.

Revision: 0012, after 0011
"""

from alembic import op

from service.store.online import apply, online

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

_TABLES = (
    """CREATE TABLE IF NOT EXISTS idempotency_keys (
        key text NOT NULL,
        kind text NOT NULL,
        asked bytea NOT NULL,
        made bigint NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT pk_idempotency_keys PRIMARY KEY (key))""",
    'CREATE INDEX IF NOT EXISTS ix_idempotency_keys_created_at ON idempotency_keys (created_at)',
)


def upgrade() -> None:
    with online():
        apply(*_TABLES)


def downgrade() -> None:
    op.drop_table('idempotency_keys')
