"""Where e-mail is handed over, as `SMTP_URL` says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

Tls = Literal["implicit", "starttls", "none"]
PORTS: dict[Tls, int] = {"implicit": 465, "starttls": 587, "none": 25}


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = field(default="", repr=False)


def read_smtp_url(text: str) -> MailServer:
    """`smtps://[user:password@]host[:port]` or `smtp://...`, where STARTTLS is a must unless the server is this machine.

    `?tls=starttls` asks for it there, too. Raises ValueError, without the value.
    """
    parts = urlsplit(text)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("must be smtp://[user:password@]host[:port] or smtps://...")
    try:
        port = parts.port
    except ValueError:
        raise ValueError("the port is no number") from None
    asked = parse_qs(parts.query)
    if set(asked) - {"tls"} or parts.path not in {"", "/"}:
        raise ValueError("takes nothing behind the port but ?tls=starttls or ?tls=none")
    tls = _tls(parts.scheme, asked.get("tls", [""])[-1], parts.hostname)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("needs both a user and a password, or neither")
    return MailServer(parts.hostname, port or PORTS[tls], tls, user, password)


def _tls(scheme: str, asked: str, host: str) -> Tls:
    if scheme == "smtps":
        if asked:
            raise ValueError("smtps: is TLS from the first byte; leave out ?tls=")
        return "implicit"
    here = _loopback(host)
    if asked == "none" and not here:
        raise ValueError("?tls=none is allowed to this machine only")
    if asked not in {"", "none", "starttls"}:
        raise ValueError("?tls= is starttls or none")
    return "none" if here and asked != "starttls" else "starttls"


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
