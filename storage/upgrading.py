"""`db upgrade` on PostgreSQL: our tables, then what the bot's role may do with them. Run as the owner; blocking."""

from __future__ import annotations

from contextlib import closing

import psycopg
from psycopg import sql
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from storage.errors import SchemaMismatch, StoreUnavailable
from storage.migrate import CURRENT, must_be_known
from storage.schema import CONNECT_S, plain, version_of
from storage.urls import libpq, role_of

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(4701415)")
ADDED_TO = ("audit_events", "audit_heads")
LOOKED_AT = ("alembic_version", "checkpoint_migrations")
EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
ROLE = "SELECT 1 FROM pg_roles WHERE rolname = %s"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"


def upgrade(url: str) -> str:
    """All steps or none; the schema that was there before, empty for none.

    Raises SchemaMismatch for a newer one, StoreUnavailable.
    """
    before = version_of(url)
    must_be_known(before)
    if before != CURRENT:
        _migrate(url)
    return before


def _migrate(url: str) -> None:
    from storage.migrations.run import upgrade as run

    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_S})
    try:
        with engine.begin() as connection:
            connection.execute(ONE_AT_A_TIME)
            run(connection)
    except DBAPIError as error:
        raise StoreUnavailable(f"the tables cannot be made: {error.orig}") from error
    finally:
        engine.dispose()


def role_to_grant(owner_url: str, url: str) -> str:
    """Whom the tables are for; empty where the bot owns them itself. Making roles is for people.

    Raises SchemaMismatch when there is no such role, StoreUnavailable.
    """
    role = role_of(url)
    if role in {"", role_of(owner_url)}:
        return ""
    try:
        with closing(psycopg.connect(libpq(owner_url), connect_timeout=CONNECT_S)) as db:
            if db.execute(ROLE, (role,)).fetchone() is None:
                raise SchemaMismatch(
                    f"there is no role {role} yet, which DATABASE_URL names: create it first"
                )
    except psycopg.Error as error:
        raise StoreUnavailable(f"the database cannot be used: {plain(error)}") from error
    return role


def grant(owner_url: str, role: str) -> str:
    """What the bot's role needs, and no more; in words."""
    if not role:
        return "the bot's role owns the tables: give it one of its own, so that it cannot edit the audit"
    try:
        with closing(psycopg.connect(libpq(owner_url), connect_timeout=CONNECT_S)) as db, db:
            db.execute(str(ONE_AT_A_TIME))  # two at once would change the same rows of the catalogue
            for statement in _grants(role, [name for (name,) in db.execute(TABLES)]):
                db.execute(statement)
    except psycopg.Error as error:
        raise StoreUnavailable(f"rights cannot be granted: {plain(error)}") from error
    return f"rights granted to {role}"


def _grants(role: str, tables: list[str]) -> list[sql.Composed]:
    who = sql.Identifier(role)
    lines = [sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC").format()]
    lines.append(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(who))
    for name in tables:
        table, rights = sql.Identifier(name), sql.SQL(_rights(name))
        lines.append(sql.SQL("REVOKE ALL ON {} FROM {}").format(table, who))
        lines.append(sql.SQL("GRANT {} ON {} TO {}").format(rights, table, who))
    return lines


def _rights(table: str) -> str:
    if table in ADDED_TO:
        return "SELECT, INSERT"
    return "SELECT" if table in LOOKED_AT else EVERYTHING
