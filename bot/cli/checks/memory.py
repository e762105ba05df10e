"""The database, its schema, and the audit kept in it."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from bot.cli.checks.line import Line, fine, off, wrong

if TYPE_CHECKING:
    from pathlib import Path

    from bot.settings import Settings


async def database(settings: Settings) -> list[Line]:
    from storage.urls import file_of

    if not settings.database_url.startswith("sqlite"):
        return [wrong("database", "only SQLite is supported yet", "set DATABASE_URL to sqlite:///var/app.db")]
    return await asyncio.to_thread(_sqlite, file_of(settings.database_url))


def _sqlite(file: Path) -> list[Line]:
    import sqlite3

    from storage.migrate import CURRENT, KNOWN, version_of

    if not file.exists():
        return _not_there(file)
    try:
        version = version_of(file)
    except sqlite3.Error as error:
        return [wrong("database", f"DATABASE_URL: cannot be read: {error}", "check the file and its folder")]
    if version not in {*KNOWN, ""}:
        return [
            wrong(
                "schema", f"{version} is newer than this program knows ({CURRENT})", "use the newer program"
            )
        ]
    if version != CURRENT:
        return [wrong("schema", f"{version or 'none'}, needed is {CURRENT}", "python -m bot db upgrade")]
    if not os.access(file, os.W_OK) or not os.access(file.parent, os.W_OK):
        return [wrong("database", "DATABASE_URL: may be read only", "give the bot's user write access")]
    return [fine("database", f"schema {version}, writable")]


def _not_there(file: Path) -> list[Line]:
    parent = next((folder for folder in file.parents if folder.exists()), None)
    if parent is None or not os.access(parent, os.W_OK):
        return [
            wrong("database", "DATABASE_URL: its folder cannot be written to", "give the bot's user access")
        ]
    return [off("database", "not there yet; the first start makes it")]


async def audit(settings: Settings) -> list[Line]:
    from bot.cli.command import CannotRun
    from bot.cli.verifying import verified
    from storage.urls import file_of

    if not settings.database_url.startswith("sqlite") or not file_of(settings.database_url).exists():
        return [off("audit", "no records yet")]
    if settings.env == "dev" and not _signing(settings).exists():
        return [off("audit", "no keys yet; the first start makes them beside the database")]
    try:
        report = await asyncio.to_thread(verified, settings)
    except CannotRun as error:
        return [wrong("audit", str(error), "point the settings at the audit's database and keys")]
    if not report.ok:
        todo = "keep the database as it is and tell whoever answers for security"
        return [wrong("audit", report.text, todo)]
    warnings = [wrong("audit", note, "find out who did it") for note in report.notes if "no longer" in note]
    return [fine("audit", report.text), *warnings]


def _signing(settings: Settings) -> Path:
    from bot.core import data_folder
    from storage.audit.keys import SIGNING_NAME

    return settings.audit_signing_key_file or data_folder(settings) / SIGNING_NAME
