"""DATABASE_URL and the forms of it that others want."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit


def is_postgresql(url: str) -> bool:
    return url.startswith("postgresql")


def file_of(url: str) -> Path:
    """The file of `sqlite+aiosqlite:///var/app.db`."""
    return Path(url.partition("///")[2].partition("?")[0])


def libpq(url: str) -> str:
    """As the database's own library and LangGraph's saver read it."""
    return url.replace("postgresql+psycopg:", "postgresql:", 1)


def role_of(url: str) -> str:
    """Who connects; empty when the address does not say."""
    return unquote(urlsplit(url).username or "")


def shown(url: str) -> str:
    """Where it is, without who and with which password."""
    parts = urlsplit(url)
    host = parts.hostname or "the local socket"
    return f"{host}:{parts.port or 5432}{parts.path}"
