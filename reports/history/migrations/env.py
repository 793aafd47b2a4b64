"""What Alembic runs: the steps, on the connection and in the transaction of the store."""

from __future__ import annotations

from alembic import context

from reports.history.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite changes a table by writing it anew
)
context.run_migrations()
