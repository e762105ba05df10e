"""A PostgreSQL as the doctor sees it: looked at, never changed."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

import psycopg

from storage.errors import StoreUnavailable
from storage.schema import CONNECT_S, plain, version_of
from storage.urls import libpq

ASKED = """
SELECT current_setting('server_version'), current_user::text, current_setting('transaction_read_only') = 'on',
       to_regclass('audit_events') IS NOT NULL AND (
         has_table_privilege('audit_events', 'UPDATE') OR has_table_privilege('audit_events', 'DELETE')
         OR has_table_privilege('audit_events', 'TRUNCATE')
         OR pg_has_role((SELECT relowner FROM pg_class WHERE oid = to_regclass('audit_events')), 'MEMBER'))
"""


@dataclass(frozen=True, slots=True)
class Found:
    """`may_edit_audit`: only the triggers stand between this role and the audit's rows, and it could drop them."""

    server: str
    schema: str
    role: str
    read_only: bool
    may_edit_audit: bool


def inspect(url: str) -> Found:
    """Blocking. Raises StoreUnavailable, SchemaMismatch when it may not even look."""
    schema = version_of(url)
    try:
        with closing(psycopg.connect(libpq(url), connect_timeout=CONNECT_S)) as db:
            row = db.execute(ASKED).fetchone()
    except psycopg.Error as error:
        raise StoreUnavailable(f"the database cannot be used: {plain(error)}") from error
    if row is None:
        raise StoreUnavailable("the database says nothing of itself")
    server, role, read_only, may_edit = row
    return Found(str(server).partition(" ")[0], schema, role, bool(read_only), bool(may_edit))
