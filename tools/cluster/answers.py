"""What a Kubernetes answer means to a person: the three error words with the right sentence."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from tools.cluster.connection import Response
from tools.errors import GiveUp, NotAllowed, ToolError, TryLater

_RBAC = re.compile(
    r'cannot (?P<verb>[\w:-]+) resource "(?P<resource>[^"]+)" in API group "(?P<group>[^"]*)"'
    r'(?: in the namespace "(?P<namespace>[^"]+)"| at the cluster scope)?'
)
_BUDGET = re.compile(
    r"disruption budget (?P<name>\S+) needs (?P<needs>\d+) healthy pods and has (?P<has>\d+)"
)


@dataclass(eq=False)
class NotServed(GiveUp):
    """The API group itself is absent, e.g. no metrics-server: not the same as an object that is not there."""


@dataclass(eq=False)
class Conflict(GiveUp):
    """The object is no longer the one that was read; nothing was written."""


@dataclass(eq=False)
class Expired(TryLater):
    """A list's continue token is too old; the list starts again."""


@dataclass(eq=False)
class Refused(GiveUp):
    """The API server understood and said no: validation, quota, admission. Nothing was written."""


def failure(cluster: str, path: str, response: Response, acting: str = "") -> ToolError:
    """The error that an answer of status >= 400 stands for; `acting` is the person as whom it was asked."""
    status = _status(response)
    where = (f"k8s:{cluster}", response.audit_id)
    message = " ".join(str(status.get("message", "")).split())
    match response.status:
        case 401:
            return NotAllowed(
                f"cluster {cluster} does not accept my credentials", *where, needs="valid credentials"
            )
        case 403:
            return _forbidden(cluster, message, where, acting)
        case 404:
            return _missing(cluster, path, status, where)
        case 409:
            return Conflict(f"the object changed meanwhile on {cluster}{_said(message)}", *where)
        case 410:
            return Expired(f"the list on {cluster} was too old to continue", *where)
        case 429:
            return _throttled(cluster, " ".join([message, *_causes(status)]), response, where)
        case code if code >= 500:
            return _broken(cluster, message, code, where)
        case code:
            return Refused(f"cluster {cluster} refused ({code}){_said(message)}", *where)


def _status(response: Response) -> dict[str, Any]:
    try:
        body = json.loads(response.data)
    except ValueError:
        return {"message": response.data.decode("utf-8", "replace").strip()}
    return body if isinstance(body, dict) else {"message": str(body)}


def _causes(status: dict[str, Any]) -> list[str]:
    """What the sentence leaves out: which disruption budget it is, and how much it needs."""
    details = status.get("details")
    causes = details.get("causes") if isinstance(details, dict) else None
    return [str(cause.get("message", "")) for cause in causes or [] if isinstance(cause, dict)]


def _said(message: str) -> str:
    """Behind a sentence; nothing where whoever answered said nothing."""
    return f": {_short(message)}" if message else ""


def _short(message: str) -> str:
    return message if len(message) <= 400 else message[:399] + "…"


def _forbidden(cluster: str, message: str, where: tuple[str, str], acting: str) -> ToolError:
    if "cannot impersonate" in message:
        return NotAllowed(
            f"my account on {cluster} may not act for this person; the owner of the set-up must allow it",
            *where,
            needs="impersonate",
        )
    found = _RBAC.search(message)
    if not message:
        return NotAllowed(f"something before cluster {cluster} does not let me through (403)", *where)
    if found is None:
        return Refused(f"admission on {cluster} refused: {_short(message)}", *where)
    place = f"in namespace {found['namespace']}" if found["namespace"] else "at cluster scope"
    group = f" of group {found['group']}" if found["group"] else ""
    needs = f"{found['verb']} {found['resource']} {place}"
    who = acting if acting and f'User "{acting}" cannot' in message else "I"
    return NotAllowed(
        f"{who} may not {found['verb']} {found['resource']}{group} {place} on {cluster}", *where, needs=needs
    )


def _missing(cluster: str, path: str, status: dict[str, Any], where: tuple[str, str]) -> ToolError:
    details = status.get("details") or {}
    if status.get("kind") != "Status" or not details.get("kind"):
        group = "/".join(path.split("/")[2:4])
        return NotServed(f"cluster {cluster} does not serve {group or path}", *where, not_found=True)
    parts = path.split("/")
    place = f" in namespace {parts[parts.index('namespaces') + 1]}" if "namespaces" in parts[:-2] else ""
    name = details.get("name", "")
    return GiveUp(f"{details['kind']} {name!r} does not exist{place} on {cluster}", *where, not_found=True)


def _throttled(cluster: str, message: str, response: Response, where: tuple[str, str]) -> ToolError:
    budget = _BUDGET.search(message)
    if budget:
        return TryLater(
            f"the disruption budget {budget['name']} needs {budget['needs']} healthy pods and has {budget['has']}",
            *where,
            retry_after=30.0,
        )
    after = response.headers.get("retry-after", "")
    wait = float(after) if after.isdigit() else 1.0
    return TryLater(f"cluster {cluster} asks to slow down", *where, retry_after=wait)


def _broken(cluster: str, message: str, code: int, where: tuple[str, str]) -> ToolError:
    if "failed calling webhook" in message:
        return Refused(f"an admission webhook on {cluster} is down: {_short(message)}", *where)
    if "more than one PodDisruptionBudget" in message:
        return Refused(f"several disruption budgets cover the pod on {cluster}: {_short(message)}", *where)
    return TryLater(f"cluster {cluster} answered with an error ({code})", *where)
