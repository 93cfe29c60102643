"""Let the audit only be added to, and know where it ends

Revision: 0024, after 0021
"""

from alembic import op

from service.store.online import apply, build_indexes, online

revision = '0024'
down_revision = '0021'
branch_labels = None
depends_on = None

_HEADS = """CREATE TABLE IF NOT EXISTS audit_heads (
    id integer NOT NULL,
    entry_count bigint NOT NULL DEFAULT 0,
    last_id bigint NOT NULL DEFAULT 0,
    digest bytea,
    CONSTRAINT pk_audit_heads PRIMARY KEY (id),
    CONSTRAINT ck_audit_heads_one_row CHECK (id = 1))"""
# By the right of whoever owns the table: a role that may only add entries moves the head on, and never writes it.
_MOVE_ON = """CREATE OR REPLACE FUNCTION audit_heads_move_on() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        EXECUTE format('UPDATE %I.audit_heads SET entry_count = entry_count + 1, last_id = $1, digest = $2'
            ' WHERE id = 1', TG_TABLE_SCHEMA) USING NEW.id, NEW.digest;
        RETURN NULL;
    END $$"""
_REFUSE = """CREATE OR REPLACE FUNCTION audit_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit is only added to: no % of its entries', TG_OP USING ERRCODE = 'restrict_violation';
    END $$"""
_TRIGGERS = (
    'DROP TRIGGER IF EXISTS audit_entries_move_on ON audit_entries',
    """CREATE TRIGGER audit_entries_move_on AFTER INSERT ON audit_entries
        FOR EACH ROW EXECUTE FUNCTION audit_heads_move_on()""",
    'DROP TRIGGER IF EXISTS audit_entries_refuse ON audit_entries',
    """CREATE TRIGGER audit_entries_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
        FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_refuse()""",
)
# Writers are kept out for as long as counting takes: entries are some hundred thousand at most.
_BEGIN = """INSERT INTO audit_heads (id, entry_count, last_id, digest)
    SELECT 1, (SELECT count(*) FROM audit_entries), coalesce(max(id), 0),
        (SELECT digest FROM audit_entries ORDER BY id DESC LIMIT 1)
    FROM audit_entries
    ON CONFLICT (id) DO UPDATE SET entry_count = excluded.entry_count, last_id = excluded.last_id,
        digest = excluded.digest"""


def upgrade() -> None:
    with online():
        apply(_HEADS)
        apply('LOCK TABLE audit_entries IN SHARE ROW EXCLUSIVE MODE', _MOVE_ON, _REFUSE, *_TRIGGERS, _BEGIN)
        build_indexes(
            {
                'ix_audit_entries_actor': 'audit_entries (actor, id)',
                'ix_audit_entries_deed': 'audit_entries (deed, id)',
                'ix_audit_entries_subject': 'audit_entries (subject, id)',
            }
        )


def downgrade() -> None:
    for name in ('actor', 'deed', 'subject'):
        op.drop_index(f'ix_audit_entries_{name}', 'audit_entries')
    for trigger in ('move_on', 'refuse'):
        op.execute(f'DROP TRIGGER audit_entries_{trigger} ON audit_entries')
    op.execute('DROP FUNCTION audit_heads_move_on(); DROP FUNCTION audit_entries_refuse()')
    op.drop_table('audit_heads')
