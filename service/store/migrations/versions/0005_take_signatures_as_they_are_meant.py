"""Take sign-ups and signatures as they are meant: names, mailboxes, codes, requests, counts.

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

# The same rule as consenting.addresses.canonical_email: a test holds them to each other.
_CANONICAL = r"""
CREATE FUNCTION canonical_email(address text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN split_part(address, '@', 2) IN ('gmail.com', 'googlemail.com')
        THEN replace(base, '.', '') || '@gmail.com' ELSE base || '@' || split_part(address, '@', 2) END
    FROM (SELECT coalesce(nullif(split_part(split_part(address, '@', 1), '+', 1), ''), split_part(address, '@', 1))
        AS base) AS local
$$
"""

_AWAIT_NAME = """
CREATE FUNCTION signature_awaits_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.awaits_name := NEW.name = '';
    RETURN NEW;
END $$
"""

# Each connection counts in a slot of its own, so that people who sign at once do not wait for one row.
_COUNT = """
CREATE FUNCTION count_signatures() RETURNS trigger LANGUAGE plpgsql AS $$
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
_TRIGGERS = (
    """CREATE TRIGGER signatures_await_name BEFORE INSERT ON signatures
       FOR EACH ROW EXECUTE FUNCTION signature_awaits_name()""",
    """CREATE TRIGGER signatures_counted_in AFTER INSERT ON signatures REFERENCING NEW TABLE AS new_rows
       FOR EACH STATEMENT EXECUTE FUNCTION count_signatures()""",
    """CREATE TRIGGER signatures_counted_again AFTER UPDATE ON signatures
       REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
       FOR EACH STATEMENT EXECUTE FUNCTION count_signatures()""",
    """CREATE TRIGGER signatures_counted_out AFTER DELETE ON signatures REFERENCING OLD TABLE AS old_rows
       FOR EACH STATEMENT EXECUTE FUNCTION count_signatures()""",
)


def upgrade() -> None:
    op.execute(_CANONICAL)
    for table in ('supporters', 'sign_ups'):
        # A generated column is right whoever writes the row: this version, the one before, an import, erasing.
        canonical = sa.Computed('canonical_email(email)', persisted=True)
        op.add_column(table, sa.Column('email_canonical', sa.Text(), canonical, nullable=True))
        op.add_column(table, sa.Column('full_name', sa.Text(), server_default='', nullable=False))
    op.create_index('ix_supporters_email_canonical', 'supporters', ['email_canonical'])
    op.create_index('ix_sign_ups_email_canonical', 'sign_ups', ['email_canonical', 'created_at'])
    op.add_column('sign_ups', sa.Column('place', sa.Text(), server_default='', nullable=False))
    op.add_column('sign_ups', sa.Column('phone_code', sa.Text(), server_default='', nullable=False))
    op.add_column('sign_ups', sa.Column('code_tries', sa.SmallInteger(), server_default='0', nullable=False))
    op.create_table(
        'confirmation_requests',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column('sign_up_id', sa.BigInteger(), nullable=False),
        sa.Column('channel', sa.Text(), nullable=False),
        sa.Column('purpose', sa.Text(), nullable=False),
        sa.Column('notice_id', sa.BigInteger(), nullable=True),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel IN ('email', 'sms')", name=op.f('ck_confirmation_requests_channel_known')),
        sa.CheckConstraint("purpose IN ('news', 'signature')", name=op.f('ck_confirmation_requests_purpose_known')),
        sa.ForeignKeyConstraint(['sign_up_id'], ['sign_ups.id'], name=op.f('fk_confirmation_requests_sign_up_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_confirmation_requests')),
    )
    op.create_index('ix_confirmation_requests_sign_up_id', 'confirmation_requests', ['sign_up_id'])
    op.add_column('petitions', sa.Column('asks', sa.Text(), server_default='', nullable=False))
    op.create_check_constraint(op.f('ck_petitions_asks_known'), 'petitions', "asks IN ('', 'country', 'postcode')")
    op.add_column('signatures', sa.Column('place', sa.Text(), server_default='', nullable=False))
    op.add_column('signatures', sa.Column('wording', sa.Text(), server_default='', nullable=False))
    op.add_column('signatures', sa.Column('mailbox', sa.LargeBinary(), nullable=True))
    op.add_column('signatures', sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('signatures', sa.Column('awaits_name', sa.Boolean(), server_default=sa.false(), nullable=False))
    # So far a name was missing for two reasons: it was erased, or there was none to begin with.
    op.execute("""
        UPDATE signatures SET awaits_name = true FROM supporters s
        WHERE s.id = signatures.supporter_id AND signatures.name = '' AND s.erased_at IS NULL
    """)
    op.create_index(
        'uq_signatures_mailbox', 'signatures', ['petition_id', 'mailbox'], unique=True,
        postgresql_where=sa.text('withdrawn_at IS NULL AND mailbox IS NOT NULL'),
    )
    op.create_index(
        'ix_signatures_awaiting', 'signatures', ['supporter_id'], postgresql_where=sa.text('awaits_name')
    )
    op.create_table(
        'signature_counts',
        sa.Column('petition_id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('slot', sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column('count', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('petition_id', 'slot', name=op.f('pk_signature_counts')),
    )
    # Nobody signs between the counting and the triggers.
    op.execute('LOCK TABLE signatures IN SHARE ROW EXCLUSIVE MODE')
    op.execute("""
        INSERT INTO signature_counts (petition_id, slot, count)
        SELECT petition_id, 0, count(*) FROM signatures WHERE NOT awaits_name GROUP BY 1
    """)
    op.execute(_AWAIT_NAME)
    op.execute(_COUNT)
    for trigger in _TRIGGERS:
        op.execute(trigger)


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
        op.drop_index(f'ix_{table}_email_canonical', table)
        op.drop_column(table, 'full_name')
        op.drop_column(table, 'email_canonical')
    op.execute('DROP FUNCTION canonical_email')
