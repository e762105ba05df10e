"""Runs migrations on an open connection, in one transaction that other processes wait for."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool, StaticPool

FOLDER = Path(__file__).parent
MADE = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type != 'table', rowid"


def upgrade_sqlite(file: Path) -> None:
    engine = create_engine(
        f"sqlite:///{file}", poolclass=NullPool, connect_args={"timeout": 30.0, "isolation_level": None}
    )
    event.listen(engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            upgrade(connection)
    finally:
        engine.dispose()


def schema_of_sqlite() -> tuple[str, ...]:
    """The statements that make an empty database what the migrations make of it."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    try:
        with engine.begin() as connection:
            upgrade(connection)
            made = connection.exec_driver_sql(MADE).scalars().all()
    finally:
        engine.dispose()
    return tuple(made)


def upgrade(connection: Connection, to: str = "head") -> None:
    """In the transaction of `connection`: all steps or none."""
    scripts = ScriptDirectory.from_config(configuration())

    def steps(revision: object, _: MigrationContext) -> object:
        return scripts._upgrade_revs(to, revision)  # type: ignore[arg-type]  # noqa: SLF001 - what alembic.command does

    with EnvironmentContext(configuration(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, transaction_per_migration=False)
        environment.run_migrations()


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config
