"""Take sign-ups and signatures as they are meant: names, mailboxes, codes, requests, counts.

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

from service.store.online import apply, apply_and_look, build_indexes, fill, online, replace_check

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

# The same rule as consenting.addresses.canonical_email: a test holds them to each other. One expression and not strict,
# so that Postgres writes it into whatever asks for it.
_CANONICAL = r"""
CREATE OR REPLACE FUNCTION canonical_email(address text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN split_part(address, '@', 2) IN ('gmail.com', 'googlemail.com') THEN
        replace(coalesce(nullif(split_part(split_part(address, '@', 1), '+', 1), ''), split_part(address, '@', 1)),
                '.', '') || '@gmail.com'
    ELSE
        coalesce(nullif(split_part(split_part(address, '@', 1), '+', 1), ''), split_part(address, '@', 1))
            || '@' || split_part(address, '@', 2)
    END
$$
"""
# Right whoever writes the row: this version, the one before, an import, erasing. A generated column would be that too,
# but adding one writes the whole table anew while nobody may read it.
_KEEP_CANONICAL = """
CREATE OR REPLACE FUNCTION keep_email_canonical() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.email_canonical := canonical_email(NEW.email);
    RETURN NEW;
END $$
"""
_KEEP_CANONICAL_TRIGGER = """
CREATE OR REPLACE TRIGGER keep_email_canonical BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW
    WHEN (NEW.email_canonical IS DISTINCT FROM canonical_email(NEW.email)) EXECUTE FUNCTION keep_email_canonical()
"""

_AWAIT_NAME = """
CREATE OR REPLACE FUNCTION signature_awaits_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.awaits_name := NEW.name = '';
    RETURN NEW;
END $$
"""

# Each connection counts in a slot of its own, so that people who sign at once do not wait for one row.
_COUNT = """
CREATE OR REPLACE FUNCTION count_signatures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO signature_counts AS c (petition_id, slot, count)
            SELECT petition_id, pg_backend_pid() % 64, count(*) FROM new_rows
            WHERE withdrawn_at IS NULL AND NOT awaits_name GROUP BY 1 ORDER BY 1
        ON CONFLICT (petition_id, slot) DO UPDATE SET count = c.count + EXCLUDED.count;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO signature_counts AS c (petition_id, slot, count)
            SELECT petition_id, pg_backend_pid() % 64, -count(*) FROM old_rows
            WHERE withdrawn_at IS NULL AND NOT awaits_name GROUP BY 1 ORDER BY 1
        ON CONFLICT (petition_id, slot) DO UPDATE SET count = c.count + EXCLUDED.count;
    ELSE
        INSERT INTO signature_counts AS c (petition_id, slot, count)
            SELECT petition_id, pg_backend_pid() % 64, sum(change) FROM (
                SELECT petition_id, 1 AS change FROM new_rows WHERE withdrawn_at IS NULL AND NOT awaits_name
                UNION ALL
                SELECT petition_id, -1 FROM old_rows WHERE withdrawn_at IS NULL AND NOT awaits_name) AS changes
            GROUP BY 1 HAVING sum(change) <> 0 ORDER BY 1
        ON CONFLICT (petition_id, slot) DO UPDATE SET count = c.count + EXCLUDED.count;
    END IF;
    RETURN NULL;
END $$
"""
_AWAIT_NAME_TRIGGER = """
CREATE OR REPLACE TRIGGER signatures_await_name BEFORE INSERT ON signatures
    FOR EACH ROW EXECUTE FUNCTION signature_awaits_name()
"""
_COUNT_TRIGGERS = (
    """CREATE OR REPLACE TRIGGER signatures_counted_in AFTER INSERT ON signatures REFERENCING NEW TABLE AS new_rows
       FOR EACH STATEMENT EXECUTE FUNCTION count_signatures()""",
    """CREATE OR REPLACE TRIGGER signatures_counted_again AFTER UPDATE ON signatures
       REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
       FOR EACH STATEMENT EXECUTE FUNCTION count_signatures()""",
    """CREATE OR REPLACE TRIGGER signatures_counted_out AFTER DELETE ON signatures REFERENCING OLD TABLE AS old_rows
       FOR EACH STATEMENT EXECUTE FUNCTION count_signatures()""",
)
_STANDING = """
    SELECT petition_id, count(*) AS count FROM signatures WHERE withdrawn_at IS NULL AND NOT awaits_name
    GROUP BY petition_id
"""
# In a slot that no connection counts in.
_PUT_DOWN = """
    INSERT INTO signature_counts (petition_id, slot, count)
    SELECT petition_id, 64, count FROM unnest(CAST(:petitions AS bigint[]), CAST(:counts AS bigint[]))
        AS standing (petition_id, count)
"""
_INDEXES = {
    'ix_supporters_email_canonical': 'supporters (email_canonical)',
    'ix_sign_ups_email_canonical': 'sign_ups (email_canonical, created_at)',
    'uq_signatures_mailbox': 'signatures (petition_id, mailbox) WHERE withdrawn_at IS NULL AND mailbox IS NOT NULL',
    'ix_signatures_awaiting': 'signatures (supporter_id) WHERE awaits_name',
}
_CONFIRMATION_REQUESTS = """
CREATE TABLE IF NOT EXISTS confirmation_requests (
    id bigint GENERATED BY DEFAULT AS IDENTITY,
    sign_up_id bigint NOT NULL,
    channel text NOT NULL,
    purpose text NOT NULL,
    notice_id bigint,
    asked_at timestamptz NOT NULL,
    CONSTRAINT ck_confirmation_requests_channel_known CHECK (channel IN ('email', 'sms')),
    CONSTRAINT ck_confirmation_requests_purpose_known CHECK (purpose IN ('news', 'signature')),
    CONSTRAINT fk_confirmation_requests_sign_up_id FOREIGN KEY (sign_up_id) REFERENCES sign_ups (id),
    CONSTRAINT pk_confirmation_requests PRIMARY KEY (id))
"""
_SIGNATURE_COUNTS = """
CREATE TABLE IF NOT EXISTS signature_counts (
    petition_id bigint NOT NULL,
    slot smallint NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT pk_signature_counts PRIMARY KEY (petition_id, slot))
"""


def upgrade() -> None:
    with online():
        _keep_canonical_emails()
        apply(
            """ALTER TABLE sign_ups
                ADD COLUMN IF NOT EXISTS place text NOT NULL DEFAULT '',
                ADD COLUMN IF NOT EXISTS phone_code text NOT NULL DEFAULT '',
                ADD COLUMN IF NOT EXISTS code_tries smallint NOT NULL DEFAULT 0"""
        )
        apply(
            _CONFIRMATION_REQUESTS,
            'CREATE INDEX IF NOT EXISTS ix_confirmation_requests_sign_up_id ON confirmation_requests (sign_up_id)',
        )
        apply("ALTER TABLE petitions ADD COLUMN IF NOT EXISTS asks text NOT NULL DEFAULT ''")
        replace_check('petitions', 'ck_petitions_asks_known', "asks IN ('', 'country', 'postcode')")
        apply(
            """ALTER TABLE signatures
                ADD COLUMN IF NOT EXISTS place text NOT NULL DEFAULT '',
                ADD COLUMN IF NOT EXISTS wording text NOT NULL DEFAULT '',
                ADD COLUMN IF NOT EXISTS mailbox bytea,
                ADD COLUMN IF NOT EXISTS withdrawn_at timestamptz,
                ADD COLUMN IF NOT EXISTS awaits_name boolean NOT NULL DEFAULT false""",
            _AWAIT_NAME,
            _AWAIT_NAME_TRIGGER,
        )
        # So far a name was missing for two reasons: it was erased, or there was none to begin with.
        nobody_erased = 'EXISTS (SELECT FROM supporters s WHERE s.id = supporter_id AND s.erased_at IS NULL)'
        fill(
            'signatures', 'awaits_name = true', key='supporter_id',
            due=f"name = '' AND NOT awaits_name AND {nobody_erased}",
        )
        build_indexes(_INDEXES)
        apply(_SIGNATURE_COUNTS, _COUNT)
        _count_signatures()


def _keep_canonical_emails() -> None:
    apply(_CANONICAL, _KEEP_CANONICAL)
    for table in ('supporters', 'sign_ups'):
        apply(
            f"""ALTER TABLE {table}
                ADD COLUMN IF NOT EXISTS email_canonical text,
                ADD COLUMN IF NOT EXISTS full_name text NOT NULL DEFAULT ''""",
            _KEEP_CANONICAL_TRIGGER.format(table=table),
        )
        fill(
            table, 'email_canonical = canonical_email(email)', key='id',
            due='email_canonical IS DISTINCT FROM canonical_email(email)',
        )


def _count_signatures() -> None:
    """Count what stood in the moment the triggers begin to count: only for that moment nobody signs.

    What a run that was stopped has counted is thrown away in the same moment, so that nothing is counted twice.
    """
    with op.get_bind().engine.connect() as looking:
        apply_and_look(
            looking,
            'LOCK TABLE signatures IN SHARE ROW EXCLUSIVE MODE',
            'DELETE FROM signature_counts',
            *_COUNT_TRIGGERS,
        )
        standing = looking.execute(sa.text(_STANDING)).all()
    counts = {'petitions': [row.petition_id for row in standing], 'counts': [row.count for row in standing]}
    op.get_bind().execute(sa.text(_PUT_DOWN), counts)


def downgrade() -> None:
    for trigger in ('await_name', 'counted_in', 'counted_again', 'counted_out'):
        op.execute(f'DROP TRIGGER signatures_{trigger} ON signatures')
    op.execute('DROP FUNCTION count_signatures')
    op.execute('DROP FUNCTION signature_awaits_name')
    op.drop_table('signature_counts')
    op.drop_index('ix_signatures_awaiting', 'signatures')
    op.drop_index('uq_signatures_mailbox', 'signatures')
    for column in ('awaits_name', 'withdrawn_at', 'mailbox', 'wording', 'place'):
        op.drop_column('signatures', column)
    op.drop_constraint(op.f('ck_petitions_asks_known'), 'petitions')
    op.drop_column('petitions', 'asks')
    op.drop_table('confirmation_requests')
    for column in ('code_tries', 'phone_code', 'place'):
        op.drop_column('sign_ups', column)
    for table in ('sign_ups', 'supporters'):
        op.execute(f'DROP TRIGGER keep_email_canonical ON {table}')
        op.drop_index(f'ix_{table}_email_canonical', table)
        op.drop_column(table, 'full_name')
        op.drop_column(table, 'email_canonical')
    op.execute('DROP FUNCTION keep_email_canonical')
    op.execute('DROP FUNCTION canonical_email')
