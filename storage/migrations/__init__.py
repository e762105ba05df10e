"""Alembic's home. `run` is called by storage.migrate; nobody calls the alembic program."""
