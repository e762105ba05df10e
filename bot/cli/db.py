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
    print(upgraded(url, field, settings.database_url))
    return FINE


def upgraded(url: str, field: str, bot_url: str) -> str:
    """What was done. Raises CannotRun naming `field`."""
    from storage.errors import SchemaMismatch, StoreUnavailable
    from storage.urls import is_postgresql, same_place

    if not same_place(url, bot_url):
        raise CannotRun("DATABASE_OWNER_URL: is another database than DATABASE_URL")
    try:
        return _postgresql(url, bot_url) if is_postgresql(url) else _sqlite(url)
    except (SchemaMismatch, StoreUnavailable) as error:
        raise CannotRun(f"{field}: {error}") from error


def _sqlite(url: str) -> str:
    from storage.migrate import bring_up_to_date, version_of
    from storage.urls import file_of

    file = file_of(url)
    before = version_of(file) if file.exists() else ""
    bring_up_to_date(file)
    return _told(before)


def _postgresql(url: str, bot_url: str) -> str:
    """Our tables, the ones of the memory of threads and of the workflow engine, then rights. Safe to repeat."""
    from agents.engine import upgrade as upgrade_engine
    from storage import checkpoints_postgresql, upgrading

    role = upgrading.role_to_grant(url, bot_url)
    before = upgrading.upgrade(url)
    checkpoints_postgresql.upgrade(url)
    upgrade_engine(url, role)
    return f"{_told(before)}; {upgrading.grant(url, role)}"


def _told(before: str) -> str:
    from storage.migrate import CURRENT

    return f"up to date at {CURRENT}" if before == CURRENT else f"{before or 'new'} -> {CURRENT}"


DB = Command("db", "look after the database", subs=(Command("upgrade", "create or upgrade all tables", run),))
