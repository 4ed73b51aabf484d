"""Alembic runs inside the caller's connection and transaction, so a failed upgrade leaves nothing behind."""

from __future__ import annotations

from alembic import context

from hub.model import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
