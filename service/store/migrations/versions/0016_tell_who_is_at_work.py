"""Tell who is at work, and keep count of what was handed over.

Revision: 0016, after 0015
"""

from alembic import op

from service.store.online import apply, build_indexes, online

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

_TABLES = (
    """CREATE TABLE IF NOT EXISTS heartbeats (
        name text NOT NULL,
        kind text NOT NULL,
        host text NOT NULL,
        began_at timestamptz NOT NULL,
        at timestamptz NOT NULL,
        broker_is_away boolean NOT NULL DEFAULT false,
        CONSTRAINT pk_heartbeats PRIMARY KEY (name)) WITH (fillfactor = 50)""",
    """CREATE TABLE IF NOT EXISTS tallies (
        provider text NOT NULL,
        part text NOT NULL,
        outcome text NOT NULL,
        count bigint NOT NULL,
        CONSTRAINT pk_tallies PRIMARY KEY (provider, part, outcome))""",
)


def upgrade() -> None:
    with online():
        apply(*_TABLES)
        apply('ALTER TABLE house ADD COLUMN IF NOT EXISTS tallied_to timestamptz')
        build_indexes({'ix_notices_unknown': "notices (id) WHERE state = 'unknown'"})


def downgrade() -> None:
    op.drop_index('ix_notices_unknown', table_name='notices')
    op.drop_column('house', 'tallied_to')
    op.drop_table('tallies')
    op.drop_table('heartbeats')
