"""Find what may go without walking what is paused; keep what a blast has spent beside it.

Revision: 0014, after 0013
"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

_INDEXES = {
    'ix_batches_due': "(blast_id, pace, channel, not_before, id) WHERE state = 'queued'",
    'ix_batches_expires_at': "(expires_at) WHERE state = 'queued'",
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
_TRIGGERS = (
    """CREATE TRIGGER spending_begun AFTER INSERT ON batches REFERENCING NEW TABLE AS new_rows
       FOR EACH STATEMENT EXECUTE FUNCTION keep_blast_spending()""",
    """CREATE TRIGGER spending_changed AFTER UPDATE ON batches REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
       FOR EACH STATEMENT EXECUTE FUNCTION keep_blast_spending()""",
)


def upgrade() -> None:
    op.create_table(
        'blast_spending',
        sa.Column('blast_id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('slot', sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column('segments', sa.BigInteger(), nullable=False),
        sa.Column('emails', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('blast_id', 'slot', name=op.f('pk_blast_spending')),
    )
    op.execute(_KEEP)
    # Nothing is handed over between the counting, of what is not over yet, and the triggers.
    op.execute('LOCK TABLE batches IN SHARE ROW EXCLUSIVE MODE')
    op.execute(f"""
        INSERT INTO blast_spending (blast_id, slot, segments, emails)
        SELECT blast_id, 64, segments, emails FROM (
            SELECT blast_id, {_SUMS} FROM (SELECT 1 AS sign, b.* FROM batches b JOIN blasts ON blasts.id = b.blast_id
                WHERE blasts.spend_cap IS NOT NULL AND blasts.state NOT IN ('done', 'cancelled')) AS rows
            GROUP BY 1) AS sums WHERE segments <> 0 OR emails <> 0
    """)  # noqa: S608 - our own words
    for trigger in _TRIGGERS:
        op.execute(trigger)
    # Beside the writers, and each step may be run again.
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        for name, what in _INDEXES.items():
            op.execute(f'DROP INDEX CONCURRENTLY IF EXISTS {name}')
            op.execute(f'CREATE INDEX CONCURRENTLY {name} ON batches {what}')
        # While both are there, the planner would rather walk this one. The version before claims by the new one too.
        op.execute('DROP INDEX CONCURRENTLY IF EXISTS ix_batches_queued')
        op.execute("SET lock_timeout = '4s'")


def downgrade() -> None:
    columns = ['pace', 'channel', 'not_before', 'id']
    op.create_index('ix_batches_queued', 'batches', columns, postgresql_where=sa.text("state = 'queued'"))
    for trigger in ('spending_begun', 'spending_changed'):
        op.execute(f'DROP TRIGGER {trigger} ON batches')
    op.execute('DROP FUNCTION keep_blast_spending')
    op.drop_table('blast_spending')
    for name in _INDEXES:
        op.drop_index(name, 'batches')
