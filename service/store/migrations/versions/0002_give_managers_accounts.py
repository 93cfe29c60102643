"""Give managers accounts.

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('managers',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), server_default='', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signed_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("role IN ('viewer', 'author', 'launcher', 'admin')", name=op.f('ck_managers_role_known')),
    sa.CheckConstraint('email = lower(email)', name=op.f('ck_managers_email_lower')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_managers')),
    sa.UniqueConstraint('email', name=op.f('uq_managers_email'))
    )
    op.create_table('sign_in_tries',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('account_hash', sa.LargeBinary(), nullable=False),
    sa.Column('ip', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_tries'))
    )
    op.create_index('ix_sign_in_tries_account_hash_at', 'sign_in_tries', ['account_hash', 'at'], unique=False)
    op.create_index('ix_sign_in_tries_ip_at', 'sign_in_tries', ['ip', 'at'], unique=False)
    op.create_table('manager_sessions',
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('manager_id', sa.BigInteger(), nullable=False),
    sa.Column('ip', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['manager_id'], ['managers.id'], name=op.f('fk_manager_sessions_manager_id')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_manager_sessions'))
    )
    op.create_index(op.f('ix_manager_sessions_manager_id'), 'manager_sessions', ['manager_id'], unique=False)
    op.create_table('sign_in_links',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('manager_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['manager_id'], ['managers.id'], name=op.f('fk_sign_in_links_manager_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_links'))
    )
    op.create_index(op.f('ix_sign_in_links_manager_id'), 'sign_in_links', ['manager_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_sign_in_links_manager_id'), table_name='sign_in_links')
    op.drop_table('sign_in_links')
    op.drop_index(op.f('ix_manager_sessions_manager_id'), table_name='manager_sessions')
    op.drop_table('manager_sessions')
    op.drop_index('ix_sign_in_tries_ip_at', table_name='sign_in_tries')
    op.drop_index('ix_sign_in_tries_account_hash_at', table_name='sign_in_tries')
    op.drop_table('sign_in_tries')
    op.drop_table('managers')
