"""Find what may go without walking what is paused; keep what a blast has spent beside it.

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op

from service.store.online import apply, build_indexes, online

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

_INDEXES = {
    'ix_batches_due': "batches (blast_id, pace, channel, not_before, id) WHERE state = 'queued'",
    'ix_batches_expires_at': "batches (expires_at) WHERE state = 'queued'",
}

# What counts: texts by their segments, emails by their number, from the intent on.
_COUNTED = "state IN ('sending', 'in_doubt', 'unknown', 'accepted')"
_SUMS = f"""coalesce(sum(sign * segments) FILTER (WHERE {_COUNTED}), 0) AS segments,
    coalesce(sum(sign * size) FILTER (WHERE {_COUNTED} AND channel = 'email'), 0) AS emails"""
_KEEP = f"""
CREATE OR REPLACE FUNCTION keep_blast_spending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO blast_spending AS s (blast_id, slot, segments, emails)
            SELECT blast_id, pg_backend_pid() % 64, segments, emails FROM (
                SELECT blast_id, {_SUMS} FROM (SELECT 1 AS sign, * FROM new_rows) AS rows GROUP BY 1) AS sums
            WHERE segments <> 0 OR emails <> 0 ORDER BY 1
        ON CONFLICT (blast_id, slot) DO UPDATE
            SET segments = s.segments + EXCLUDED.segments, emails = s.emails + EXCLUDED.emails;
    ELSE
        INSERT INTO blast_spending AS s (blast_id, slot, segments, emails)
            SELECT blast_id, pg_backend_pid() % 64, segments, emails FROM (
                SELECT blast_id, {_SUMS} FROM (
                    SELECT 1 AS sign, * FROM new_rows UNION ALL SELECT -1, * FROM old_rows) AS rows GROUP BY 1) AS sums
            WHERE segments <> 0 OR emails <> 0 ORDER BY 1
        ON CONFLICT (blast_id, slot) DO UPDATE
            SET segments = s.segments + EXCLUDED.segments, emails = s.emails + EXCLUDED.emails;
    END IF;
    RETURN NULL;
END $$
"""  # noqa: S608 - our own words
_TABLE = """CREATE TABLE IF NOT EXISTS blast_spending (
    blast_id bigint NOT NULL,
    slot smallint NOT NULL,
    segments bigint NOT NULL,
    emails bigint NOT NULL,
    CONSTRAINT pk_blast_spending PRIMARY KEY (blast_id, slot))"""
_COUNT = f"""
    DELETE FROM blast_spending;
    INSERT INTO blast_spending (blast_id, slot, segments, emails)
    SELECT blast_id, 64, segments, emails FROM (
        SELECT blast_id, {_SUMS} FROM (SELECT 1 AS sign, b.* FROM batches b JOIN blasts ON blasts.id = b.blast_id
            WHERE blasts.spend_cap IS NOT NULL AND blasts.state NOT IN ('done', 'cancelled')) AS rows
        GROUP BY 1) AS sums WHERE segments <> 0 OR emails <> 0
"""  # noqa: S608 - our own words
_TRIGGERS = (
    """CREATE OR REPLACE TRIGGER spending_begun AFTER INSERT ON batches REFERENCING NEW TABLE AS new_rows
       FOR EACH STATEMENT EXECUTE FUNCTION keep_blast_spending()""",
    """CREATE OR REPLACE TRIGGER spending_changed AFTER UPDATE ON batches REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
       FOR EACH STATEMENT EXECUTE FUNCTION keep_blast_spending()""",
)


def upgrade() -> None:
    with online():
        apply(_TABLE, _KEEP)
        # Nothing is handed over between the counting, of what has a limit and is not over yet, and the triggers.
        apply('LOCK TABLE batches IN SHARE ROW EXCLUSIVE MODE', _COUNT, *_TRIGGERS)
        build_indexes(_INDEXES)
        # While both are there, the planner would rather walk this one. The version before claims by the new one too.
        op.execute('DROP INDEX CONCURRENTLY IF EXISTS ix_batches_queued')


def downgrade() -> None:
    columns = ['pace', 'channel', 'not_before', 'id']
    op.create_index('ix_batches_queued', 'batches', columns, postgresql_where=sa.text("state = 'queued'"))
    for trigger in ('spending_begun', 'spending_changed'):
        op.execute(f'DROP TRIGGER {trigger} ON batches')
    op.execute('DROP FUNCTION keep_blast_spending')
    op.drop_table('blast_spending')
    for name in _INDEXES:
        op.drop_index(name, 'batches')
