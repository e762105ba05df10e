"""What Oracle's refusals mean to a person: the three error words with the right sentence."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tools.errors import GiveUp, NotAllowed, ToolError, TryLater

SKEW_S = 240.0  # Oracle allows five minutes between the signature's date and its own
LONGEST = 300  # characters of Oracle's own words


@dataclass(eq=False)
class NotVisible(GiveUp):
    """404: not there, or not visible to this principal. Oracle does not say which, so neither do we."""


@dataclass(eq=False)
class WrongState(GiveUp):
    """409: the resource is in a state in which this cannot be done. Nothing was changed."""


@dataclass(eq=False)
class Changed(GiveUp):
    """412: the resource is no longer the one that was read. Nothing was changed."""


@dataclass(eq=False)
class Throttled(TryLater):
    """429: too many calls; says nothing about the service's health."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of whom: for sentences."""

    service: str
    region: str
    operation: str

    @property
    def source(self) -> str:
        return f"oci:{self.service}"

    @property
    def where(self) -> str:
        return f"{self.service} in {self.region}" if self.region else self.service


def refused(asked: Asked, error: Any) -> ToolError:
    """From the SDK's ServiceError."""
    headers = {str(key).lower(): str(value) for key, value in (error.headers or {}).items()}
    where = (asked.source, str(error.request_id or headers.get("opc-request-id", "")))
    said = _short(str(error.message or ""))
    match error.status:
        case 401:
            return _unauthenticated(asked, headers, where)
        case 403:
            return NotAllowed(
                f"Oracle {asked.where} does not allow {asked.operation}: {said}",
                *where,
                needs=asked.operation,
            )
        case 404:
            return NotVisible(
                f"Oracle {asked.where} shows me nothing there: it does not exist, or I may not see it", *where
            )
        case 409:
            return WrongState(f"Oracle {asked.where} cannot do that now: {said}", *where)
        case 412:
            return Changed(f"it changed on {asked.where} after it was read", *where)
        case 429:
            named = headers.get("retry-after", "")
            wait = float(named) if named.isdigit() else 1.0
            told = f" for {wait:.0f} s" if wait > 1 else ""
            return Throttled(f"Oracle {asked.where} asks to slow down{told}", *where, retry_after=wait)
        case code if code >= 500:
            return TryLater(f"Oracle {asked.where} answered with an error ({code})", *where)
        case code:
            return GiveUp(
                f"Oracle {asked.where} refused {asked.operation} ({code} {error.code}): {said}", *where
            )


def _unauthenticated(asked: Asked, headers: Mapping[str, str], where: tuple[str, str]) -> ToolError:
    ahead = skew(headers)
    if abs(ahead) > SKEW_S:
        way = "ahead of" if ahead > 0 else "behind"
        return NotAllowed(
            f"the clock of this machine is {abs(ahead) / 60:.0f} min {way} Oracle's, so no signature is accepted",
            *where,
            needs="a clock that is right",
        )
    return NotAllowed(
        f"Oracle {asked.where} does not accept my signature: wrong key, user, fingerprint or tenancy, or the key was removed",
        *where,
        needs="valid credentials",
    )


def skew(headers: Mapping[str, str]) -> float:
    """Seconds that this machine is ahead of the answer's `date`; 0 when it has none."""
    try:
        return time.time() - email.utils.parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        return 0.0


def away(asked: Asked, error: Exception) -> ToolError:
    """No answer at all: refused, reset, timed out, TLS, no such host."""
    from tools.oracle import sdk

    cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
    if isinstance(cause, sdk.requests.exceptions.SSLError):
        why = "its TLS certificate could not be verified"
    elif isinstance(cause, sdk.requests.exceptions.Timeout):
        why = "it did not answer in time"
    elif "NameResolution" in repr(cause) or "getaddrinfo" in repr(cause):
        why = "its address is not known: is the region right?"
    else:
        why = "it cannot be reached"
    return TryLater(f"Oracle {asked.where}: {why}", asked.source)


def _short(said: str) -> str:
    said = " ".join(said.split())
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"
