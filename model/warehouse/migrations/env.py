"""Runs migrations on the connection that `model.warehouse.connect.migrate` opened and locked."""

from alembic import context

from model.warehouse.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
