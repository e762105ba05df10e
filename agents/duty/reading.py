"""Calendars and paging services over the network or from a file: bounded in time and size, and never followed elsewhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp

SECONDS = 5.0
MOST = 2_000_000  # bytes


class CannotRead(Exception):
    """Who is on duty could not be read; in words, without addresses or tokens."""


async def read_text(where: str, folder: Path) -> str:
    """A file beside the policy, or what an address answers. Raises CannotRead."""
    if where.startswith(("http://", "https://")):
        return await fetch(where)
    try:
        content = await asyncio.to_thread((folder / where).read_bytes)
    except OSError as error:
        raise CannotRead(f"its file cannot be read: {error.strerror}") from error
    if len(content) > MOST:
        raise CannotRead("its file is too large")
    return content.decode("utf-8", "replace")


async def fetch(url: str, headers: Mapping[str, str] | None = None) -> str:
    """Raises CannotRead."""
    must_be_safe(url)
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as http,
            http.get(url, headers=dict(headers or {}), allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                raise CannotRead(f"its server answers {answer.status}")
            content = await answer.content.read(MOST + 1)
            if len(content) > MOST or not answer.content.at_eof():
                raise CannotRead("its answer is too large")
    except (TimeoutError, aiohttp.ClientError) as error:
        raise CannotRead(f"its server cannot be reached ({type(error).__name__})") from error
    return content.decode("utf-8", "replace")


def must_be_safe(url: str) -> None:
    """Plain http is for this machine: whoever sits in between would say who may act at night."""
    host = urlsplit(url).hostname or ""
    try:
        near = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        near = False
    if url.startswith("http://") and not near:
        raise CannotRead("plain http is allowed to this machine only")


async def on_call(url: str, schedule: str, token: str) -> tuple[str, ...]:
    """Ids, addresses and names of those whom a paging service has on call, the first level first. Raises CannotRead."""
    asked = f"{url.rstrip('/')}/oncalls?{urlencode({'schedule_ids[]': schedule, 'limit': 100})}"
    headers = {"Accept": "application/json", **({"Authorization": f"Token token={token}"} if token else {})}
    try:
        found = json.loads(await fetch(asked, headers))
        shifts = sorted(found["oncalls"], key=lambda shift: int(shift.get("escalation_level") or 1))
        first = [s["user"] for s in shifts if s.get("escalation_level") == shifts[0].get("escalation_level")]
        return tuple(dict.fromkeys(name for user in first for name in _names(user)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotRead("its server answers something else than who is on call") from error


def _names(user: Mapping[str, Any]) -> list[str]:
    return [str(user[key]) for key in ("id", "email", "summary", "name") if user.get(key)]
