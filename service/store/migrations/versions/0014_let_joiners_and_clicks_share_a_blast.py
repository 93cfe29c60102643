"""Let those who join, click and sign share a blast without holding its row.

Revision: 0014, after 0013
"""

from alembic import op

from service.store.online import apply, online

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

_LATE = """CREATE TABLE IF NOT EXISTS late_joiners (
    blast_id bigint NOT NULL,
    channel text NOT NULL,
    supporter_id bigint NOT NULL,
    CONSTRAINT pk_late_joiners PRIMARY KEY (blast_id, channel, supporter_id))"""


def upgrade() -> None:
    with online():
        apply(_LATE)
        apply('ALTER TABLE actions DROP CONSTRAINT IF EXISTS fk_actions_blast_id')
        apply('ALTER TABLE signatures DROP CONSTRAINT IF EXISTS fk_signatures_blast_id')


def downgrade() -> None:
    op.create_foreign_key('fk_signatures_blast_id', 'signatures', 'blasts', ['blast_id'], ['id'])
    op.create_foreign_key('fk_actions_blast_id', 'actions', 'blasts', ['blast_id'], ['id'])
    op.drop_table('late_joiners')
