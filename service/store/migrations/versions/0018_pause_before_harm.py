"""Pause before harm: count what goes wrong in a row, remember whom to tell, find what carriers refused.

Revision: 0018, after 0017
"""

from alembic import op

from service.store.online import apply, build_indexes, online

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

_TROUBLES = """CREATE TABLE IF NOT EXISTS blast_troubles (
    blast_id bigint NOT NULL,
    channel text NOT NULL,
    count smallint NOT NULL,
    last_at timestamptz NOT NULL,
    CONSTRAINT pk_blast_troubles PRIMARY KEY (blast_id, channel))"""
_CODES = "code IN ('30002', '30007', '30032', '30034', '30035')"


def upgrade() -> None:
    with online():
        apply(_TROUBLES)
        apply("ALTER TABLE blasts ADD COLUMN IF NOT EXISTS stopped_at timestamptz")
        apply("ALTER TABLE managers ADD COLUMN IF NOT EXISTS alarm_phone text")
        build_indexes(
            {
                'ix_blasts_stopped': "blasts (stopped_at) WHERE stopped_at IS NOT NULL",
                'ix_receipts_carriers': f"receipts (code, blast_id, received_at) WHERE {_CODES}",
            }
        )


def downgrade() -> None:
    op.drop_index('ix_receipts_carriers', 'receipts')
    op.drop_index('ix_blasts_stopped', 'blasts')
    op.drop_column('managers', 'alarm_phone')
    op.drop_column('blasts', 'stopped_at')
    op.drop_table('blast_troubles')
