"""Keep what files say of people, and the files while they are looked at.

Revision: 0008, after 0007
"""

from alembic import op

from service.store.online import apply, build_indexes, online

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

_TABLES = (
    """ALTER TABLE supporters
        ADD COLUMN IF NOT EXISTS last_name text NOT NULL DEFAULT '',
        ADD COLUMN IF NOT EXISTS postcode text NOT NULL DEFAULT '',
        ADD COLUMN IF NOT EXISTS country text NOT NULL DEFAULT '',
        ADD COLUMN IF NOT EXISTS tags text[] NOT NULL DEFAULT '{}',
        ADD COLUMN IF NOT EXISTS external_id text,
        ADD COLUMN IF NOT EXISTS details jsonb NOT NULL DEFAULT '{}'::jsonb""",
    """CREATE TABLE IF NOT EXISTS uploads (
        id uuid NOT NULL,
        manager_id bigint NOT NULL,
        name text NOT NULL,
        size bigint NOT NULL,
        facts jsonb NOT NULL DEFAULT '{}'::jsonb,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT pk_uploads PRIMARY KEY (id))""",
    "CREATE INDEX IF NOT EXISTS ix_uploads_expires_at ON uploads (expires_at)",
    """CREATE TABLE IF NOT EXISTS upload_pieces (
        upload_id uuid NOT NULL,
        number bigint NOT NULL,
        content bytea NOT NULL,
        CONSTRAINT fk_upload_pieces_upload_id FOREIGN KEY (upload_id) REFERENCES uploads (id) ON DELETE CASCADE,
        CONSTRAINT pk_upload_pieces PRIMARY KEY (upload_id, number))""",
)
_INDEXES = {
    'ix_supporters_tags': "supporters USING gin (tags) WHERE tags <> '{}'::text[]",
    'ix_supporters_details': "supporters USING gin (details jsonb_path_ops) WHERE details <> '{}'::jsonb",
    'ix_supporters_last_name': "supporters (last_name text_pattern_ops) WHERE last_name <> ''",
    'ix_supporters_postcode': "supporters (postcode text_pattern_ops) WHERE postcode <> ''",
    'ix_supporters_country': "supporters (country text_pattern_ops) WHERE country <> ''",
    'ix_supporters_external_id': 'supporters (external_id) WHERE external_id IS NOT NULL',
}
_COLUMNS = ('details', 'external_id', 'tags', 'country', 'postcode', 'last_name')


def upgrade() -> None:
    with online():
        for step in _TABLES:
            apply(step)
        build_indexes(_INDEXES)


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(name, 'supporters')
    op.drop_table('upload_pieces')
    op.drop_table('uploads')
    for name in _COLUMNS:
        op.drop_column('supporters', name)
