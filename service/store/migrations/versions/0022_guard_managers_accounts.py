"""Guard managers' accounts: a second step of signing in, recovery codes, passkeys, proof of who is there, known places

Revision: 0022, after 0021
"""

from alembic import op

from service.store.online import apply, online

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

_TOTP = """CREATE TABLE IF NOT EXISTS manager_totp (
    manager_id bigint NOT NULL,
    sealed_secret bytea NOT NULL,
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    used_step bigint DEFAULT 0 NOT NULL,
    CONSTRAINT pk_manager_totp PRIMARY KEY (manager_id),
    CONSTRAINT fk_manager_totp_manager_id FOREIGN KEY (manager_id) REFERENCES managers (id))"""
_RECOVERY = """CREATE TABLE IF NOT EXISTS recovery_codes (
    manager_id bigint NOT NULL,
    code_hash bytea NOT NULL,
    used_at timestamptz,
    CONSTRAINT pk_recovery_codes PRIMARY KEY (manager_id, code_hash),
    CONSTRAINT fk_recovery_codes_manager_id FOREIGN KEY (manager_id) REFERENCES managers (id))"""

_PLACES = """CREATE TABLE IF NOT EXISTS manager_places (
    manager_id bigint NOT NULL,
    network text NOT NULL,
    agent text NOT NULL,
    seen_at timestamptz NOT NULL,
    CONSTRAINT pk_manager_places PRIMARY KEY (manager_id, network, agent),
    CONSTRAINT fk_manager_places_manager_id FOREIGN KEY (manager_id) REFERENCES managers (id))"""


def upgrade() -> None:
    with online():
        apply(_TOTP)
        apply(_RECOVERY)
        apply(_PLACES)
        apply('ALTER TABLE managers ADD COLUMN IF NOT EXISTS second_factor_at timestamptz')
        apply(
            """ALTER TABLE manager_sessions ADD COLUMN IF NOT EXISTS agent text DEFAULT '' NOT NULL,
            ADD COLUMN IF NOT EXISTS awaits_second boolean DEFAULT false NOT NULL,
            ADD COLUMN IF NOT EXISTS proved_at timestamptz"""
        )


def downgrade() -> None:
    for column in ('proved_at', 'awaits_second', 'agent'):
        op.drop_column('manager_sessions', column)
    op.drop_column('managers', 'second_factor_at')
    op.drop_table('manager_places')
    op.drop_table('recovery_codes')
    op.drop_table('manager_totp')
