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


def engine_url(url: str) -> str:
    """The workflow engine's own database, in the form of a synchronous driver."""
    return url if is_postgresql(url) else f"sqlite:///{file_of(url).with_name('engine.db')}"


def role_of(url: str) -> str:
    """Who connects; empty when the address does not say."""
    return unquote(urlsplit(url).username or "")


def password_of(url: str) -> str:
    """Empty when there is none in it, or it is no address."""
    try:
        return unquote(urlsplit(url).password or "")
    except ValueError:
        return ""


def shown(url: str) -> str:
    """Where it is, without who and with which password."""
    parts = urlsplit(url)
    host = parts.hostname or "the local socket"
    return f"{host}:{parts.port or 5432}{parts.path}"


def same_place(url: str, other: str) -> bool:
    """Whoever connects. An owner may come by another way, so that the database's name alone counts."""
    if is_postgresql(url) and is_postgresql(other):
        return urlsplit(url).path == urlsplit(other).path
    return url == other
