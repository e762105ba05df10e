"""Where a database is and how to get at it: the one thing in which SQLite and PostgreSQL differ for the stores."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from storage.audit.raw import Source
from storage.threaded import Pool
from storage.urls import file_of, is_postgresql
from storage.writers import Writers

POOL_SIZE = 8
ANCHOR_NAME = "audit-heads.jsonl"


@dataclass(frozen=True)
class Backend:
    """`source` is for whoever reads past the stores; `folder` holds keys and anchor that no setting names.

    `shared`: several processes may work on it. `apart` is a way to write that is never in use by others.
    """

    source: Source
    folder: Path
    anchor: Path
    writers: Writers
    readers: Pool
    apart: Writers
    shared: bool


async def open_backend(url: str, *, folder: Path | None, pool_size: int) -> Backend:
    """A SQLite file is made or migrated, PostgreSQL is only looked at. Raises StoreUnavailable, SchemaMismatch."""
    opened = _postgresql if is_postgresql(url) else _sqlite
    return await asyncio.to_thread(opened, url, folder, pool_size)


def anchor_beside(file: Path) -> Path:
    return file.with_suffix(".audit-heads.jsonl")


def anchor_of(url: str, folder: Path) -> Path:
    """Where the signed heads of this database are kept outside of it."""
    return folder / ANCHOR_NAME if is_postgresql(url) else anchor_beside(file_of(url))


def _sqlite(url: str, folder: Path | None, _pool_size: int) -> Backend:
    from storage import sqlite
    from storage.migrate import bring_up_to_date

    file = file_of(url)
    bring_up_to_date(file)
    own = folder or file.parent
    writers = sqlite.writers(file)
    return Backend(file, own, anchor_beside(file), writers, sqlite.readers(file), apart=writers, shared=False)


def _postgresql(url: str, folder: Path | None, pool_size: int) -> Backend:
    from storage import postgresql
    from storage.schema import must_be_current

    must_be_current(url)
    own = folder or Path("var")
    own.mkdir(parents=True, exist_ok=True)
    return Backend(
        url,
        own,
        anchor_of(url, own),
        postgresql.writers(url, pool_size),
        postgresql.readers(url, pool_size),
        apart=postgresql.writers(url, 1),
        shared=True,
    )
