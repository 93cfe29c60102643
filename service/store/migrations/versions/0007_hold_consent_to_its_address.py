"""Hold consent to its address, and forget people whole.

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

from service.store.online import apply, build_indexes, fill, online, replace_check

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

_HAS_ADDRESS = 'email IS NOT NULL OR phone IS NOT NULL'

# The version before knows of no other way to remember who asked to be forgotten.
_REMEMBER_FORGOTTEN = """
    CREATE OR REPLACE FUNCTION remember_forgotten() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.forgotten_at := NEW.at;
        RETURN NEW;
    END $$
"""
_REMEMBER_FORGOTTEN_TRIGGER = """
    CREATE OR REPLACE TRIGGER remember_forgotten BEFORE INSERT OR UPDATE ON suppressions FOR EACH ROW
    WHEN (NEW.reason = 'erased' AND NEW.forgotten_at IS NULL) EXECUTE FUNCTION remember_forgotten()
"""

# Whoever was forgotten had the word `erased` for an address, and has it wherever the version before forgets somebody;
# strangers met in a supporter of that address. What is forgotten has none. (consents: ix_consents_sign_up_id)
_BLANK = {
    'sign_ups': """
        NEW.email := NULL; NEW.phone := NULL; NEW.first_name := ''; NEW.ip := ''; NEW.source := '';
        NEW.supporter_id := NULL; NEW.erased_at := now();
        UPDATE consents SET ip = '', source = '' WHERE sign_up_id = NEW.id;
    """,
    'notices': """
        NEW.to_address := NULL;
        NEW.state := CASE WHEN NEW.state IN ('queued', 'claimed') THEN 'withheld' ELSE NEW.state END;
    """,
    'replies': 'NEW.phone := NULL;',
}
_ADDRESS = {'sign_ups': 'email', 'notices': 'to_address', 'replies': 'phone'}
_INDEXES = {
    'ix_sign_ups_supporter_id': 'sign_ups (supporter_id)',
    'ix_consents_sign_up_id': 'consents (sign_up_id)',
    'ix_replies_supporter_id': 'replies (supporter_id)',
    'ix_notices_supporter_id': 'notices (supporter_id)',
    'ix_receipts_said_why': "receipts (supporter_id) WHERE reason <> '' OR code <> ''",
}
_SUPPRESSION_LISTS = """
    CREATE TABLE IF NOT EXISTS suppression_lists (
        name text NOT NULL,
        reading_from timestamptz,
        reading_upto timestamptz,
        next_offset integer NOT NULL DEFAULT 0,
        read_upto timestamptz,
        finished_at timestamptz,
        added_count bigint NOT NULL DEFAULT 0,
        trouble text NOT NULL DEFAULT '',
        tried_at timestamptz,
        CONSTRAINT pk_suppression_lists PRIMARY KEY (name))
"""


def upgrade() -> None:
    with online():
        apply(_REMEMBER_FORGOTTEN)
        apply(
            'ALTER TABLE suppressions ADD COLUMN IF NOT EXISTS forgotten_at timestamptz',
            _REMEMBER_FORGOTTEN_TRIGGER,
        )
        for channel in ('email', 'sms'):
            fill(
                'suppressions', 'forgotten_at = at', key='address_hash', within=f"channel = '{channel}'",
                due="reason = 'erased' AND forgotten_at IS NULL",
            )
        apply('ALTER TABLE sign_ups ADD COLUMN IF NOT EXISTS erased_at timestamptz')
        replace_check('sign_ups', 'ck_sign_ups_has_address', f'{_HAS_ADDRESS} OR erased_at IS NOT NULL')
        apply('ALTER TABLE notices ALTER COLUMN to_address DROP NOT NULL')
        apply('ALTER TABLE replies ALTER COLUMN phone DROP NOT NULL')
        build_indexes(_INDEXES)
        _put_right_what_was_called_erased()
        replace_check('supporters', 'ck_supporters_email_has_at', "position('@' IN email) > 1")
        apply(_SUPPRESSION_LISTS)


def _put_right_what_was_called_erased() -> None:
    for table, column in _ADDRESS.items():
        apply(
            f"""CREATE OR REPLACE FUNCTION blank_erased_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN {_BLANK[table]} RETURN NEW; END $$""",
            f"""CREATE OR REPLACE TRIGGER blank_erased BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW
                WHEN (NEW.{column} = 'erased') EXECUTE FUNCTION blank_erased_of_{table}()""",
        )
        # Written as it stands; the trigger does the rest. Each is found by the index of its address.
        fill(table, f'{column} = {column}', key='id', within=f"{column} = 'erased'", due='true')
    # One supporter at most, for an address is one's alone (uq_supporters_email).
    apply(
        """DELETE FROM permissions USING supporters s
           WHERE s.id = permissions.supporter_id AND s.email = 'erased'""",
        """UPDATE supporters SET first_name = '', email = NULL, email_hash = NULL, phone = NULL, phone_hash = NULL,
               source = '', erased_at = coalesce(erased_at, now())
           WHERE email = 'erased'""",
    )


def downgrade() -> None:
    for table in _ADDRESS:
        op.execute(f'DROP TRIGGER blank_erased ON {table}')
        op.execute(f'DROP FUNCTION blank_erased_of_{table}()')
    op.execute('DROP TRIGGER remember_forgotten ON suppressions')
    op.execute('DROP FUNCTION remember_forgotten()')
    op.drop_table('suppression_lists')
    op.drop_index('ix_receipts_said_why', table_name='receipts')
    op.drop_index('ix_notices_supporter_id', table_name='notices')
    op.drop_index('ix_replies_supporter_id', table_name='replies')
    op.drop_index('ix_consents_sign_up_id', table_name='consents')
    op.drop_index('ix_sign_ups_supporter_id', table_name='sign_ups')
    op.drop_constraint(op.f('ck_supporters_email_has_at'), 'supporters', type_='check')
    op.execute("UPDATE replies SET phone = 'erased' WHERE phone IS NULL")
    op.execute("UPDATE notices SET to_address = 'erased' WHERE to_address IS NULL")
    op.execute("UPDATE sign_ups SET email = 'erased' WHERE email IS NULL AND phone IS NULL")
    op.alter_column('replies', 'phone', existing_type=sa.Text(), nullable=False)
    op.alter_column('notices', 'to_address', existing_type=sa.Text(), nullable=False)
    op.drop_constraint(op.f('ck_sign_ups_has_address'), 'sign_ups', type_='check')
    op.create_check_constraint(op.f('ck_sign_ups_has_address'), 'sign_ups', _HAS_ADDRESS)
    op.drop_column('sign_ups', 'erased_at')
    op.drop_column('suppressions', 'forgotten_at')
