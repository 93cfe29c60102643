"""Settle doubts by proof: count readings that show nothing, remember late events, find what is unknown.

Revision: 0015, after 0014
"""

from alembic import op

from service.store.online import apply, build_indexes, online

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

_LATE = """CREATE TABLE IF NOT EXISTS late_events (
    provider text NOT NULL,
    minute timestamptz NOT NULL,
    CONSTRAINT pk_late_events PRIMARY KEY (provider, minute))"""


def upgrade() -> None:
    with online():
        apply(_LATE)
        apply("""ALTER TABLE batches ADD COLUMN IF NOT EXISTS absent_count smallint NOT NULL DEFAULT 0,
            ADD COLUMN IF NOT EXISTS asked_at timestamptz""")
        build_indexes({'ix_batches_unknown': "batches (blast_id) WHERE state = 'unknown'"})


def downgrade() -> None:
    op.drop_index('ix_batches_unknown', 'batches')
    op.drop_column('batches', 'asked_at')
    op.drop_column('batches', 'absent_count')
    op.drop_table('late_events')
