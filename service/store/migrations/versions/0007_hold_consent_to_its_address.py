"""Hold consent to its address, and forget people whole.

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

# The version before writes consents and permissions without their address, and knows no other than the present one.
_NAME_THE_ADDRESS = """
    CREATE FUNCTION name_the_address() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.address_hash := (SELECT CASE NEW.channel WHEN 'email' THEN email_hash ELSE phone_hash END
                             FROM supporters WHERE id = NEW.supporter_id);
        RETURN NEW;
    END $$
"""
_HAS_ADDRESS = 'email IS NOT NULL OR phone IS NOT NULL'


def upgrade() -> None:
    for table in ('consents', 'permissions'):
        op.execute(f"""
            UPDATE {table} t SET address_hash = CASE t.channel WHEN 'email' THEN s.email_hash ELSE s.phone_hash END
            FROM supporters s WHERE s.id = t.supporter_id AND t.address_hash IS NULL
        """)
    op.execute(_NAME_THE_ADDRESS)
    for table in ('consents', 'permissions'):
        op.execute(f"""
            CREATE TRIGGER name_the_address BEFORE INSERT ON {table} FOR EACH ROW
            WHEN (NEW.address_hash IS NULL AND NEW.supporter_id IS NOT NULL) EXECUTE FUNCTION name_the_address()
        """)

    op.add_column('suppressions', sa.Column('forgotten_at', sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE suppressions SET forgotten_at = at WHERE reason = 'erased'")

    op.add_column('sign_ups', sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f('ck_sign_ups_has_address'), 'sign_ups', type_='check')
    op.create_check_constraint(
        op.f('ck_sign_ups_has_address'), 'sign_ups', f'{_HAS_ADDRESS} OR erased_at IS NOT NULL'
    )
    op.alter_column('notices', 'to_address', existing_type=sa.Text(), nullable=True)
    op.alter_column('replies', 'phone', existing_type=sa.Text(), nullable=True)
    _put_right_what_was_called_erased()
    op.create_check_constraint(op.f('ck_supporters_email_has_at'), 'supporters', "position('@' IN email) > 1")

    op.create_index('ix_sign_ups_supporter_id', 'sign_ups', ['supporter_id'], unique=False)
    op.create_index('ix_consents_sign_up_id', 'consents', ['sign_up_id'], unique=False)
    op.create_index('ix_replies_supporter_id', 'replies', ['supporter_id'], unique=False)
    op.create_index('ix_notices_supporter_id', 'notices', ['supporter_id'], unique=False)
    op.create_index(
        'ix_receipts_said_why',
        'receipts',
        ['supporter_id'],
        unique=False,
        postgresql_where=sa.text("reason <> '' OR code <> ''"),
    )

    op.create_table(
        'suppression_lists',
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('reading_from', sa.DateTime(timezone=True), nullable=True),
        sa.Column('reading_upto', sa.DateTime(timezone=True), nullable=True),
        sa.Column('next_offset', sa.Integer(), server_default='0', nullable=False),
        sa.Column('read_upto', sa.DateTime(timezone=True), nullable=True),
        sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('added_count', sa.BigInteger(), server_default='0', nullable=False),
        sa.Column('trouble', sa.Text(), server_default='', nullable=False),
        sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_suppression_lists')),
    )


def _put_right_what_was_called_erased() -> None:
    """Whoever was forgotten had the word `erased` for an address; strangers met in a supporter of that address."""
    op.execute("DELETE FROM permissions p USING supporters s WHERE s.id = p.supporter_id AND s.email = 'erased'")
    op.execute("""
        UPDATE supporters SET first_name = '', email = NULL, email_hash = NULL, phone = NULL, phone_hash = NULL,
            source = '', erased_at = coalesce(erased_at, now())
        WHERE email = 'erased'
    """)
    op.execute("""
        UPDATE sign_ups SET email = NULL, phone = NULL, first_name = '', ip = '', source = '', supporter_id = NULL,
            erased_at = now()
        WHERE email = 'erased'
    """)
    op.execute("UPDATE consents c SET ip = '', source = '' FROM sign_ups s WHERE s.id = c.sign_up_id AND s.erased_at IS NOT NULL")
    op.execute("""
        UPDATE notices SET to_address = NULL, state = CASE WHEN state IN ('queued', 'claimed') THEN 'withheld' ELSE state END
        WHERE to_address = 'erased'
    """)
    op.execute("UPDATE replies SET phone = NULL WHERE phone = 'erased'")


def downgrade() -> None:
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
    for table in ('permissions', 'consents'):
        op.execute(f'DROP TRIGGER name_the_address ON {table}')
    op.execute('DROP FUNCTION name_the_address()')
