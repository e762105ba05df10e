"""Where a notification may go, and in which hours it had better not, as written in a policy."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Final, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, StrictStr

Severity = Literal["info", "warning", "critical"]
Area = Literal["incident", "change", "cost", "access", "approval", "bot"]
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
CHANNEL: Final = re.compile(r"[CG][A-Z0-9]{2,40}")
ADDRESS: Final = re.compile(
    r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]{1,63})*"
)
QUIET: Final = re.compile(r"(([01][0-9]|2[0-3]):[0-5][0-9])-(([01][0-9]|2[0-3]):[0-5][0-9])")
FORMS: Final = (
    "slack:<channel id>, email:<address>, webhook:<https address>, pagerduty, person:<name> or duty"
)


def _destination(text: str) -> str:
    kind, _, rest = text.partition(":")
    fine = {
        "slack": CHANNEL.fullmatch(rest) is not None,
        "email": len(rest) <= 254 and ADDRESS.fullmatch(rest) is not None,
        "webhook": is_receiver(rest),
        "person": bool(rest),
        "pagerduty": text == "pagerduty",
        "duty": text == "duty",
    }
    if not fine.get(kind):
        raise ValueError(f"a destination is {FORMS}")
    return text


def is_receiver(address: str) -> bool:
    """Whether a webhook may go there: https, or this very machine; no password in it, for a policy is no secret."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.password or re.search(r"[\s\x00-\x1f]", address):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _here(host))


def _here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _quiet(text: str) -> str:
    found = QUIET.fullmatch(text)
    if text != "none" and (found is None or found[1] == found[3]):
        raise ValueError("quiet hours are none, or from when to when, such as 22:00-07:00")
    return text


Destination = Annotated[StrictStr, AfterValidator(_destination)]
Quiet = Annotated[StrictStr, AfterValidator(_quiet)]
