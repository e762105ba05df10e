"""Which topics of Oracle's Notifications may tell us alarms, and the one visit that confirms a subscription."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

ORACLE = ".oraclecloud.com"
WAIT = aiohttp.ClientTimeout(total=10.0)


@dataclass(frozen=True)
class Topics:
    """`ocids` in lower case. Oracle's signature has no public form, so that a topic is believed by secret and list, and no more."""

    ocids: frozenset[str]

    @classmethod
    def parse(cls, setting: str) -> Topics:
        return cls(frozenset(one.strip().lower() for one in setting.split(",") if one.strip()))

    def allowed(self, ocid: str) -> bool:
        return ocid.strip().lower() in self.ocids

    async def confirm(self, address: str) -> bool:
        """Whether Oracle's own address took it. No other address is ever asked, and no redirection is followed."""
        if not oracles(address):
            return False
        try:
            async with (
                aiohttp.ClientSession(timeout=WAIT) as http,
                http.get(address, allow_redirects=False) as answer,
            ):
                return answer.status < 300
        except (aiohttp.ClientError, TimeoutError):
            return False


def oracles(address: str) -> bool:
    """Https on a host of Oracle Cloud, without a name, password or port in it."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    host = (parts.hostname or "").lower()
    return (
        parts.scheme == "https" and host.endswith(ORACLE) and port in {None, 443} and "@" not in parts.netloc
    )
