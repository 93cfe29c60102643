"""Name the address a consent is for.

Revision: 0004, after 0003
"""

from alembic import op

from service.store.online import apply, fill, online

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

# The version before writes consents and permissions without their address, and knows no other than the present one.
_NAME_THE_ADDRESS = """
    CREATE OR REPLACE FUNCTION name_the_address() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.address_hash := (SELECT CASE NEW.channel WHEN 'email' THEN email_hash ELSE phone_hash END
                             FROM supporters WHERE id = NEW.supporter_id);
        RETURN NEW;
    END $$
"""
# What stands was given for the address the person has now: none could be changed so far.
_ADDRESS = """(SELECT CASE {table}.channel WHEN 'email' THEN email_hash ELSE phone_hash END
               FROM supporters WHERE id = {table}.supporter_id)"""
# The key each is filled by: pk_consents, ix_permissions_supporter_id.
_TABLES = {'consents': 'id', 'permissions': 'supporter_id'}


def upgrade() -> None:
    with online():
        apply(_NAME_THE_ADDRESS)
        for table, key in _TABLES.items():
            apply(
                f'ALTER TABLE {table} ADD COLUMN IF NOT EXISTS address_hash bytea',
                f"""CREATE OR REPLACE TRIGGER name_the_address BEFORE INSERT ON {table} FOR EACH ROW
                    WHEN (NEW.address_hash IS NULL AND NEW.supporter_id IS NOT NULL)
                    EXECUTE FUNCTION name_the_address()""",
            )
            address = _ADDRESS.format(table=table)
            due = f'address_hash IS NULL AND supporter_id IS NOT NULL AND {address} IS NOT NULL'
            fill(table, f'address_hash = {address}', key=key, due=due)


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f'DROP TRIGGER IF EXISTS name_the_address ON {table}')
        op.drop_column(table, 'address_hash')
    op.execute('DROP FUNCTION IF EXISTS name_the_address()')
