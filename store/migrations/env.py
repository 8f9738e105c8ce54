"""Run by Alembic inside store.migrate.upgrade, which hands it an open connection."""

from alembic import context

from store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    # SQLite can roll DDL back too; without this Alembic would commit a migration that fails half way.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
