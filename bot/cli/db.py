"""`db upgrade`: bring the tables to the form that this version works with."""

from __future__ import annotations

from argparse import Namespace

from bot.cli.command import FINE, CannotRun, Command
from bot.cli.opening import read_settings


def run(parsed: Namespace) -> int:
    del parsed
    settings = read_settings()
    owner = settings.database_owner_url
    url = owner.get_secret_value() if owner else settings.database_url
    field = "DATABASE_OWNER_URL" if owner else "DATABASE_URL"
    print(upgraded(url, field))
    return FINE


def upgraded(url: str, field: str) -> str:
    """What was done. Raises CannotRun naming `field`."""
    from storage.errors import SchemaMismatch, StoreUnavailable
    from storage.migrate import CURRENT, bring_up_to_date, version_of
    from storage.urls import file_of

    if not url.startswith("sqlite"):
        raise CannotRun(f"{field}: only SQLite is supported yet")
    file = file_of(url)
    try:
        before = version_of(file) if file.exists() else ""
        bring_up_to_date(file)
    except (SchemaMismatch, StoreUnavailable) as error:
        raise CannotRun(f"{field}: {error}") from error
    return f"up to date at {CURRENT}" if before == CURRENT else f"{before or 'new'} -> {CURRENT}"


DB = Command("db", "look after the database", subs=(Command("upgrade", "create or upgrade all tables", run),))
