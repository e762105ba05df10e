"""The schema of a PostgreSQL: looked at on every start, changed by `db upgrade` alone, as its owner."""

from __future__ import annotations

from contextlib import closing

import psycopg

from storage.errors import SchemaMismatch, StoreUnavailable
from storage.migrate import CURRENT, KNOWN, must_be_known
from storage.urls import libpq

UPGRADE = "its owner must run `python -m bot db upgrade`"
CONNECT_S = 5


def must_be_current(url: str) -> None:
    """Blocking. Raises SchemaMismatch with what is to be done, StoreUnavailable when it cannot be read."""
    found = version_of(url)
    if found == CURRENT:
        return
    must_be_known(found)
    state = f"has schema {found}, this program needs {CURRENT}" if found else "has no tables of ours yet"
    raise SchemaMismatch(f"the database {state}: {UPGRADE}")


def version_of(url: str) -> str:
    """Empty for a database without our tables. Raises StoreUnavailable."""
    try:
        with closing(psycopg.connect(libpq(url), connect_timeout=CONNECT_S)) as db:
            if db.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
                return ""
            row = db.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.errors.InsufficientPrivilege:
        raise SchemaMismatch(f"this role may not look at our tables: {UPGRADE}") from None
    except psycopg.Error as error:
        raise StoreUnavailable(f"the database cannot be used: {plain(error)}") from error
    return str(row[0]) if row else ""


def plain(error: psycopg.Error) -> str:
    """One line of what the driver says, without a password: it never has one in its messages."""
    return str(error).strip().partition("\n")[0]


__all__ = ["CURRENT", "KNOWN", "must_be_current", "plain", "version_of"]
