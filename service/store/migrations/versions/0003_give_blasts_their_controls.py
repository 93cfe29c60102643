"""Give blasts their controls.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('senders',
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('per_second', sa.Float(), nullable=True),
    sa.Column('per_day', sa.BigInteger(), nullable=True),
    sa.Column('ramp_began_on', sa.Date(), nullable=True),
    sa.Column('free_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('held_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('day', sa.Date(), nullable=True),
    sa.Column('day_count', sa.BigInteger(), server_default='0', nullable=False),
    sa.CheckConstraint("channel IN ('email', 'sms')", name=op.f('ck_senders_channel_known')),
    sa.CheckConstraint('per_day > 0', name=op.f('ck_senders_per_day_positive')),
    sa.CheckConstraint('per_second > 0', name=op.f('ck_senders_per_second_positive')),
    sa.PrimaryKeyConstraint('channel', 'name', name=op.f('pk_senders'))
    )
    op.create_index('ix_sign_ups_phone_prefix', 'sign_ups', ['phone'], unique=False, postgresql_ops={'phone': 'text_pattern_ops'})
    op.create_index('ix_attempts_intent_at', 'attempts', ['intent_at'], unique=False)
    op.add_column('audit_entries', sa.Column('digest', sa.LargeBinary(), nullable=True))
    op.add_column('batches', sa.Column('sender', sa.Text(), server_default='', nullable=False))
    op.add_column('batches', sa.Column('arm', sa.Text(), server_default='', nullable=False))
    op.add_column('blasts', sa.Column('local_time', sa.Time(), nullable=True))
    op.add_column('blasts', sa.Column('cap_count', sa.SmallInteger(), nullable=True))
    op.add_column('blasts', sa.Column('spend_cap', sa.BigInteger(), nullable=True))
    op.add_column('blasts', sa.Column('test_draft', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False))
    op.add_column('blasts', sa.Column('test_share', sa.SmallInteger(), server_default='0', nullable=False))
    op.add_column('blasts', sa.Column('test_metric', sa.Text(), server_default='', nullable=False))
    op.add_column('blasts', sa.Column('test_lasts', sa.Interval(), nullable=True))
    op.add_column('blasts', sa.Column('test_winner', sa.Text(), server_default='', nullable=False))
    op.add_column('blasts', sa.Column('test_decided_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('blasts', sa.Column('resend_of', sa.BigInteger(), nullable=True))
    op.add_column('blasts', sa.Column('watched_from', sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint(op.f('uq_blasts_resend_of'), 'blasts', ['resend_of'])
    op.create_foreign_key(op.f('fk_blasts_resend_of'), 'blasts', 'blasts', ['resend_of'], ['id'])
    op.add_column('campaigns', sa.Column('cap_count', sa.SmallInteger(), nullable=True))
    op.add_column('campaigns', sa.Column('cap_window', sa.Interval(), server_default=sa.text("'1 day'"), nullable=False))
    op.add_column('house', sa.Column('cluster', sa.Text(), server_default='', nullable=False))
    op.add_column('house', sa.Column('held_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('house', sa.Column('held_reason', sa.Text(), server_default='', nullable=False))
    op.add_column('house', sa.Column('email_road', sa.Text(), server_default='first', nullable=False))
    op.add_column('house', sa.Column('email_road_reason', sa.Text(), server_default='', nullable=False))
    op.add_column('house', sa.Column('email_road_at', sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f('fk_messages_blast_id'), 'messages', type_='foreignkey')
    op.drop_constraint(op.f('fk_permissions_supporter_id'), 'permissions', type_='foreignkey')
    for table in ('sign_ups', 'consents', 'permissions'):
        op.drop_constraint(op.f(f'fk_{table}_campaign_id'), table, type_='foreignkey')
    op.create_index('ix_receipts_harm', 'receipts', ['blast_id', 'received_at'], unique=False, postgresql_where=sa.text("kind IN ('bounced', 'blocked', 'dropped', 'complained', 'account')"))
    op.add_column('renderings', sa.Column('arm', sa.Text(), server_default='', nullable=False))
    op.drop_constraint(op.f('uq_renderings_blast_id_channel_language'), 'renderings', type_='unique')
    op.create_unique_constraint(op.f('uq_renderings_blast_id_channel_language_arm'), 'renderings', ['blast_id', 'channel', 'language', 'arm'])
    op.add_column('stages', sa.Column('local_time', sa.Time(), nullable=True))
    op.add_column('stages', sa.Column('cap_count', sa.SmallInteger(), nullable=True))
    op.add_column('supporters', sa.Column('sms_sender', sa.Text(), server_default='', nullable=False))


def downgrade() -> None:
    op.drop_column('supporters', 'sms_sender')
    op.drop_column('stages', 'cap_count')
    op.drop_column('stages', 'local_time')
    op.drop_constraint(op.f('uq_renderings_blast_id_channel_language_arm'), 'renderings', type_='unique')
    op.create_unique_constraint(op.f('uq_renderings_blast_id_channel_language'), 'renderings', ['blast_id', 'channel', 'language'], postgresql_nulls_not_distinct=False)
    op.drop_column('renderings', 'arm')
    op.drop_index('ix_receipts_harm', table_name='receipts', postgresql_where=sa.text("kind IN ('bounced', 'blocked', 'dropped', 'complained', 'account')"))
    op.create_foreign_key(op.f('fk_permissions_supporter_id'), 'permissions', 'supporters', ['supporter_id'], ['id'])
    for table in ('sign_ups', 'consents', 'permissions'):
        op.create_foreign_key(op.f(f'fk_{table}_campaign_id'), table, 'campaigns', ['campaign_id'], ['id'])
    op.create_foreign_key(op.f('fk_messages_blast_id'), 'messages', 'blasts', ['blast_id'], ['id'])
    op.drop_column('house', 'email_road_at')
    op.drop_column('house', 'email_road_reason')
    op.drop_column('house', 'email_road')
    op.drop_column('house', 'held_reason')
    op.drop_column('house', 'held_at')
    op.drop_column('house', 'cluster')
    op.drop_column('campaigns', 'cap_window')
    op.drop_column('campaigns', 'cap_count')
    op.drop_constraint(op.f('fk_blasts_resend_of'), 'blasts', type_='foreignkey')
    op.drop_constraint(op.f('uq_blasts_resend_of'), 'blasts', type_='unique')
    op.drop_column('blasts', 'watched_from')
    op.drop_column('blasts', 'resend_of')
    op.drop_column('blasts', 'test_decided_at')
    op.drop_column('blasts', 'test_winner')
    op.drop_column('blasts', 'test_lasts')
    op.drop_column('blasts', 'test_metric')
    op.drop_column('blasts', 'test_share')
    op.drop_column('blasts', 'test_draft')
    op.drop_column('blasts', 'spend_cap')
    op.drop_column('blasts', 'cap_count')
    op.drop_column('blasts', 'local_time')
    op.drop_column('batches', 'arm')
    op.drop_column('batches', 'sender')
    op.drop_column('audit_entries', 'digest')
    op.drop_index('ix_sign_ups_phone_prefix', table_name='sign_ups', postgresql_ops={'phone': 'text_pattern_ops'})
    op.drop_index('ix_attempts_intent_at', table_name='attempts')
    op.drop_table('senders')
