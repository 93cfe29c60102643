"""Keep conversations, pictures, and how far the recovery of texts has come.

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

from service.store.online import apply, apply_to, build_indexes, online, pages, replace_check

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

_REASONS = ('left', 'stop', 'complaint', 'hard_bounce', 'invalid', 'provider_opt_out', 'erased')
_WAITS = 'needs_answer AND handled_at IS NULL'

# The row is locked by the first statement, so that the ones after it see every text that committed before.
_KEEP_ONE = f"""
    CREATE OR REPLACE FUNCTION keep_conversation(number text) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        IF number IS NULL OR number = 'erased' THEN
            RETURN;
        END IF;
        INSERT INTO conversations (phone, newest_reply_id, newest_at)
            SELECT phone, id, received_at FROM replies WHERE phone = number
            ORDER BY received_at DESC, id DESC LIMIT 1
        ON CONFLICT (phone) DO UPDATE SET phone = excluded.phone;
        UPDATE conversations c SET newest_reply_id = newest.id, newest_at = newest.received_at
        FROM (SELECT id, received_at FROM replies WHERE phone = number ORDER BY received_at DESC, id DESC LIMIT 1) newest
        WHERE c.phone = number;
        IF NOT FOUND THEN
            DELETE FROM conversations WHERE phone = number;
            RETURN;
        END IF;
        UPDATE conversations c SET waiting_reply_id = waiting.id, waits_since = waiting.received_at,
            waiting_count = (SELECT count(*) FROM (SELECT FROM replies WHERE phone = number AND {_WAITS} LIMIT 100) first_ones)
        FROM (SELECT 1) one
        LEFT JOIN LATERAL (SELECT id, received_at FROM replies WHERE phone = number AND {_WAITS}
                           ORDER BY received_at, id LIMIT 1) waiting ON true
        WHERE c.phone = number;
    END $$
"""

_KEEP = """
    CREATE OR REPLACE FUNCTION keep_conversations() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            PERFORM keep_conversation(phone) FROM (SELECT DISTINCT phone FROM new_rows ORDER BY 1) numbers;
        ELSIF TG_OP = 'UPDATE' THEN
            PERFORM keep_conversation(phone)
            FROM (SELECT phone FROM new_rows UNION SELECT phone FROM old_rows ORDER BY 1) numbers;
        ELSE
            PERFORM keep_conversation(phone) FROM (SELECT DISTINCT phone FROM old_rows ORDER BY 1) numbers;
        END IF;
        RETURN NULL;
    END $$
"""

_TRIGGERS = {
    'insert': 'NEW TABLE AS new_rows',
    'update': 'OLD TABLE AS old_rows NEW TABLE AS new_rows',
    'delete': 'OLD TABLE AS old_rows',
}

# Its texts are held, so that whoever empties one of them meanwhile waits, and finds the conversation to take away.
# Any other writer keeps the conversation itself.
_FILL = f"""
    WITH held AS MATERIALIZED (SELECT id, phone, received_at, {_WAITS} AS waits FROM replies
                               WHERE phone BETWEEN :first AND :last AND phone <> 'erased' FOR SHARE)
    INSERT INTO conversations (phone, newest_reply_id, newest_at, waiting_reply_id, waits_since, waiting_count)
    SELECT newest.phone, newest.id, newest.received_at, waiting.id, waiting.received_at, coalesce(waiting.many, 0)
    FROM (SELECT DISTINCT ON (phone) phone, id, received_at FROM held ORDER BY phone, received_at DESC, id DESC) newest
    LEFT JOIN (SELECT DISTINCT ON (phone) phone, id, received_at, least(count(*) OVER (PARTITION BY phone), 100) AS many
               FROM held WHERE waits ORDER BY phone, received_at, id) waiting ON waiting.phone = newest.phone
    ORDER BY newest.phone
    ON CONFLICT (phone) DO NOTHING
"""
_TABLES = (
    """CREATE TABLE IF NOT EXISTS failed_texts (
        provider_ref text NOT NULL,
        received_at timestamptz NOT NULL,
        failed_at timestamptz NOT NULL,
        fail_count integer NOT NULL DEFAULT 1,
        why text NOT NULL,
        CONSTRAINT pk_failed_texts PRIMARY KEY (provider_ref))""",
    """CREATE TABLE IF NOT EXISTS conversations (
        phone text NOT NULL,
        newest_reply_id bigint NOT NULL,
        newest_at timestamptz NOT NULL,
        waiting_reply_id bigint,
        waits_since timestamptz,
        waiting_count integer NOT NULL DEFAULT 0,
        opted_out_at timestamptz,
        opted_out_by text NOT NULL DEFAULT '',
        opted_out_over text NOT NULL DEFAULT '',
        CONSTRAINT pk_conversations PRIMARY KEY (phone))""",
    "CREATE INDEX IF NOT EXISTS ix_conversations_newest_at ON conversations (newest_at, phone)",
    """CREATE INDEX IF NOT EXISTS ix_conversations_waits_since ON conversations (waits_since, phone)
        WHERE waits_since IS NOT NULL""",
    "CREATE INDEX IF NOT EXISTS ix_conversations_phone_prefix ON conversations (phone text_pattern_ops)",
    "CREATE INDEX IF NOT EXISTS ix_conversations_phone_suffix ON conversations (reverse(phone) text_pattern_ops)",
)
_INDEXES = {
    'ix_replies_phone_waiting': f'replies (phone, received_at, id) WHERE {_WAITS}',
    'ix_replies_words': "replies USING gin (to_tsvector('simple', body))",
    'ix_supporters_name_prefix': 'supporters (lower(first_name) text_pattern_ops)',
}


def upgrade() -> None:
    with online():
        _allow_reasons((*_REASONS, 'unclear'))
        apply(
            """ALTER TABLE replies
                ADD COLUMN IF NOT EXISTS via text NOT NULL DEFAULT 'sms',
                ADD COLUMN IF NOT EXISTS media jsonb NOT NULL DEFAULT '[]'::jsonb,
                ADD COLUMN IF NOT EXISTS answered_by_provider boolean NOT NULL DEFAULT false"""
        )
        apply(
            """ALTER TABLE house
                ADD COLUMN IF NOT EXISTS inbound_began_at timestamptz,
                ADD COLUMN IF NOT EXISTS inbound_from timestamptz,
                ADD COLUMN IF NOT EXISTS inbound_page text NOT NULL DEFAULT '',
                ADD COLUMN IF NOT EXISTS inbound_first_at timestamptz"""
        )
        apply("ALTER TABLE campaigns ADD COLUMN IF NOT EXISTS reply_receipt text NOT NULL DEFAULT ''")
        build_indexes(_INDEXES)
        apply(*_TABLES, _KEEP_ONE, _KEEP)
        apply(
            *(
                f"""CREATE OR REPLACE TRIGGER keep_conversations_on_{act} AFTER {act.upper()} ON replies
                    REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION keep_conversations()"""
                for act, rows in _TRIGGERS.items()
            )
        )
        for ends in pages('replies', key='phone'):
            apply_to(ends, _FILL)


def _allow_reasons(reasons: tuple[str, ...]) -> None:
    words = ', '.join(f"'{reason}'" for reason in reasons)
    replace_check('suppressions', 'ck_suppressions_reason_known', f'reason IN ({words})')


def downgrade() -> None:
    for act in _TRIGGERS:
        op.execute(f'DROP TRIGGER keep_conversations_on_{act} ON replies')
    op.execute('DROP FUNCTION keep_conversations()')
    op.execute('DROP FUNCTION keep_conversation(text)')
    op.drop_table('conversations')
    op.drop_table('failed_texts')
    op.drop_column('campaigns', 'reply_receipt')
    for name in ('inbound_first_at', 'inbound_page', 'inbound_from', 'inbound_began_at'):
        op.drop_column('house', name)
    op.drop_index('ix_supporters_name_prefix', table_name='supporters')
    op.drop_index('ix_replies_words', table_name='replies', postgresql_using='gin')
    op.drop_index('ix_replies_phone_waiting', table_name='replies', postgresql_where=sa.text(_WAITS))
    for name in ('answered_by_provider', 'media', 'via'):
        op.drop_column('replies', name)
    # Whoever was held for an unclear text is left alone for good: the version before has no word for it.
    op.execute("UPDATE suppressions SET reason = 'stop' WHERE reason = 'unclear'")
    op.drop_constraint(op.f('ck_suppressions_reason_known'), 'suppressions', type_='check')
    op.create_check_constraint(op.f('ck_suppressions_reason_known'), 'suppressions', f'reason IN {_REASONS}')
