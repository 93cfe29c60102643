"""Keep conversations, pictures, and how far the recovery of texts has come.

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

_REASONS = ('left', 'stop', 'complaint', 'hard_bounce', 'invalid', 'provider_opt_out', 'erased')
_WAITS = 'needs_answer AND handled_at IS NULL'

# The row is locked by the first statement, so that the ones after it see every text that committed before.
_KEEP_ONE = f"""
    CREATE FUNCTION keep_conversation(number text) RETURNS void LANGUAGE plpgsql AS $$
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
    CREATE FUNCTION keep_conversations() RETURNS trigger LANGUAGE plpgsql AS $$
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

_FILL = f"""
    INSERT INTO conversations (phone, newest_reply_id, newest_at, waiting_reply_id, waits_since, waiting_count)
    SELECT newest.phone, newest.id, newest.received_at, waiting.id, waiting.received_at, coalesce(waiting.many, 0)
    FROM (SELECT DISTINCT ON (phone) phone, id, received_at FROM replies WHERE phone <> 'erased'
          ORDER BY phone, received_at DESC, id DESC) newest
    LEFT JOIN (SELECT DISTINCT ON (phone) phone, id, received_at, least(count(*) OVER (PARTITION BY phone), 100) AS many
               FROM replies WHERE {_WAITS} ORDER BY phone, received_at, id) waiting ON waiting.phone = newest.phone
"""


def upgrade() -> None:
    _allow_reasons((*_REASONS, 'unclear'))
    op.add_column('replies', sa.Column('via', sa.Text(), server_default='sms', nullable=False))
    op.add_column('replies', sa.Column('media', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False))
    op.add_column('replies', sa.Column('answered_by_provider', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.create_index('ix_replies_phone_waiting', 'replies', ['phone', 'received_at', 'id'], unique=False, postgresql_where=sa.text(_WAITS))
    op.create_index('ix_replies_words', 'replies', [sa.text("to_tsvector('simple', body)")], unique=False, postgresql_using='gin')
    op.create_index('ix_supporters_name_prefix', 'supporters', [sa.text('lower(first_name) text_pattern_ops')], unique=False)
    op.add_column('house', sa.Column('inbound_began_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('house', sa.Column('inbound_from', sa.DateTime(timezone=True), nullable=True))
    op.add_column('house', sa.Column('inbound_page', sa.Text(), server_default='', nullable=False))
    op.add_column('house', sa.Column('inbound_first_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('campaigns', sa.Column('reply_receipt', sa.Text(), server_default='', nullable=False))
    op.create_table('failed_texts',
    sa.Column('provider_ref', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fail_count', sa.Integer(), server_default='1', nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('provider_ref', name=op.f('pk_failed_texts'))
    )
    _create_conversations()


def _allow_reasons(reasons: tuple[str, ...]) -> None:
    # Checked in a second step, which does not keep anybody from reading or writing meanwhile.
    words = ', '.join(f"'{reason}'" for reason in reasons)
    op.execute('ALTER TABLE suppressions DROP CONSTRAINT ck_suppressions_reason_known')
    op.execute(f'ALTER TABLE suppressions ADD CONSTRAINT ck_suppressions_reason_known CHECK (reason IN ({words})) NOT VALID')
    op.execute('ALTER TABLE suppressions VALIDATE CONSTRAINT ck_suppressions_reason_known')


def _create_conversations() -> None:
    op.create_table('conversations',
    sa.Column('phone', sa.Text(), nullable=False),
    sa.Column('newest_reply_id', sa.BigInteger(), nullable=False),
    sa.Column('newest_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('waiting_reply_id', sa.BigInteger(), nullable=True),
    sa.Column('waits_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('waiting_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('opted_out_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opted_out_by', sa.Text(), server_default='', nullable=False),
    sa.Column('opted_out_over', sa.Text(), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('phone', name=op.f('pk_conversations'))
    )
    op.create_index('ix_conversations_newest_at', 'conversations', ['newest_at', 'phone'], unique=False)
    op.create_index('ix_conversations_waits_since', 'conversations', ['waits_since', 'phone'], unique=False, postgresql_where=sa.text('waits_since IS NOT NULL'))
    op.create_index('ix_conversations_phone_prefix', 'conversations', ['phone'], unique=False, postgresql_ops={'phone': 'text_pattern_ops'})
    op.create_index('ix_conversations_phone_suffix', 'conversations', [sa.text('reverse(phone) text_pattern_ops')], unique=False)
    op.execute(_KEEP_ONE)
    op.execute(_KEEP)
    for act, rows in _TRIGGERS.items():
        op.execute(f'CREATE TRIGGER keep_conversations_on_{act} AFTER {act.upper()} ON replies REFERENCING {rows} '
                   'FOR EACH STATEMENT EXECUTE FUNCTION keep_conversations()')
    # Nothing is written to replies from the first trigger on until this commits.
    op.execute(_FILL)


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
    _allow_reasons(_REASONS)
