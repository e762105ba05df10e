"""The database, its schema, and the audit kept in it."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from bot.cli.checks.line import Line, fine, off, wrong

if TYPE_CHECKING:
    from pathlib import Path

    from bot.settings import Settings

UPGRADE = "python -m bot db upgrade"


async def database(settings: Settings) -> list[Line]:
    from storage.urls import file_of, is_postgresql

    if is_postgresql(settings.database_url):
        return await asyncio.to_thread(_postgresql, settings.database_url)
    return await asyncio.to_thread(_sqlite, file_of(settings.database_url))


def _sqlite(file: Path) -> list[Line]:
    import sqlite3

    from storage.migrate import CURRENT, version_of

    if not file.exists():
        return _not_there(file)
    try:
        version = version_of(file)
    except sqlite3.Error as error:
        return [wrong("database", f"DATABASE_URL: cannot be read: {error}", "check the file and its folder")]
    if version != CURRENT:
        return [_schema(version)]
    if not os.access(file, os.W_OK) or not os.access(file.parent, os.W_OK):
        return [wrong("database", "DATABASE_URL: may be read only", "give the bot's user write access")]
    return [fine("database", f"schema {version}, writable")]


def _schema(version: str) -> Line:
    from storage.migrate import CURRENT, KNOWN

    if version not in {*KNOWN, ""}:
        text = f"{version} is newer than this program knows ({CURRENT})"
        return wrong("schema", text, "use the newer program")
    return wrong("schema", f"{version or 'none'}, needed is {CURRENT}", UPGRADE)


def _postgresql(url: str) -> list[Line]:
    from storage.errors import SchemaMismatch, StoreUnavailable
    from storage.inspecting import inspect
    from storage.migrate import CURRENT

    try:
        found = inspect(url)
    except SchemaMismatch as error:
        return [wrong("database", f"DATABASE_URL: {error}", UPGRADE)]
    except StoreUnavailable as error:
        return [wrong("database", f"DATABASE_URL: {error}", "check the server, the role and its password")]
    if found.schema != CURRENT:
        return [_schema(found.schema)]
    lines = [
        fine("database", f"PostgreSQL {found.server}, schema {found.schema}, writable, role {found.role}")
    ]
    if found.read_only:
        lines = [wrong("database", "DATABASE_URL: is read-only", "point DATABASE_URL at the primary")]
    if found.may_edit_audit:
        todo = "give the bot a role that does not own the tables, then db upgrade with DATABASE_OWNER_URL"
        lines.append(wrong("database", f"role {found.role} could edit the audit", todo))
    return lines


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
    from storage.urls import file_of, is_postgresql

    if not is_postgresql(settings.database_url) and not file_of(settings.database_url).exists():
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
