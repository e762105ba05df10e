"""`db upgrade`: bring the tables to the form that this version works with. `db purge`: let old audit rows go, as the owner."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from bot.cli.command import FINE, CannotRun, Command
from bot.cli.opening import read_settings

if TYPE_CHECKING:
    from bot.settings import Settings


def run(parsed: Namespace) -> int:
    del parsed
    settings = read_settings()
    url, field = owner_of(settings)
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


def owner_of(settings: Settings) -> tuple[str, str]:
    """The address of whoever owns the tables, and the setting that has it."""
    owner = settings.database_owner_url
    if owner is None:
        return settings.database_url, "DATABASE_URL"
    return owner.get_secret_value(), "DATABASE_OWNER_URL"


def purge_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--days", type=int, required=True, metavar="N", help="how long rows of the audit are kept"
    )


def run_purge(parsed: Namespace) -> int:
    if parsed.days < 1:
        raise CannotRun("--days: at least 1")
    settings = read_settings()
    url, field = owner_of(settings)
    rows = asyncio.run(purged(settings, url, field, parsed.days))
    print(f"{rows} rows older than {parsed.days} days are gone")
    return FINE


async def purged(settings: Settings, url: str, field: str, days: int) -> int:
    """How many rows. Raises CannotRun naming `field`."""
    from bot.core import CannotStart, open_database
    from storage.clock import SystemClock
    from storage.errors import AuditTampered, StoreUnavailable

    try:
        db = await open_database(settings, SystemClock(), url)
    except CannotStart as error:
        raise CannotRun(str(error)) from error
    try:
        if not await db.owned():
            raise CannotRun(f"{field}: only the owner of the audit may let rows go; set DATABASE_OWNER_URL")
        return await db.purge_audit(days)
    except (AuditTampered, StoreUnavailable) as error:
        raise CannotRun(f"{field}: {error}") from error
    finally:
        await db.close()


DB = Command(
    "db",
    "look after the database",
    subs=(
        Command("upgrade", "create or upgrade all tables", run),
        Command(
            "purge", "let old rows of the audit go, as the owner of the tables", run_purge, purge_options
        ),
    ),
)
