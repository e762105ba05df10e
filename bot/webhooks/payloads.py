"""Deliveries of deploy systems to one form. Pure: whatever the body holds, the answer is an event or none.

Nothing in a body is believed beyond what it says of a deploy: all of it is somebody else's text, cut to size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.webhooks.proof import System
from tools.deploys import Deploy

Json = dict[str, Any]
LONGEST: Final = 300
ABROAD: Final = timedelta(minutes=5)  # a clock that runs ahead of ours
OLDEST: Final = timedelta(days=30)
QUIET_FLUX: Final = frozenset(
    {"Progressing", "ProgressingWithRetry", "DependencyNotReady", "ReconciliationSkipped"}
)


def at(body: Any, *path: str | int) -> Any:
    """What stands at the path; None where anything on the way is something else."""
    for key in path:
        if isinstance(key, str) and isinstance(body, dict):
            body = body.get(key)
        elif isinstance(key, int) and isinstance(body, list) and key < len(body):
            body = body[key]
        else:
            return None
    return body


def words(body: Any, *path: str | int) -> str:
    """Text or a number at the path, on one line, without control characters, cut to size."""
    found = at(body, *path)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    try:
        text = str(found)
    except ValueError:  # an integer of more digits than Python writes out
        return ""
    plain = "".join(c if c.isprintable() else " " for c in text.encode("utf-8", "replace").decode())
    return " ".join(plain.split())[:LONGEST]


def moment(text: str, now: datetime) -> datetime:
    """Their time, where it is one that can be right; else the moment at which we heard of it."""
    try:
        found = datetime.fromisoformat(
            text.removesuffix(" UTC").replace(" +", "+").replace(" -", "-") if text else ""
        )
    except ValueError:
        return now
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    try:
        return found.astimezone(UTC) if now - OLDEST <= found <= now + ABROAD else now
    except OverflowError:
        return now


def _first(*texts: str) -> str:
    return next((text for text in texts if text), "")


def event(system: System, headers: Mapping[str, str], body: Json, now: datetime) -> Deploy | None:
    """None for what is no deploy: a ping, a push, a step that has not ended."""
    found = _READ[system](headers, body)
    if found is None or not found.get("service") or not found.get("state"):
        return None
    stamp, given = found.pop("at", ""), found.pop("id", "")
    when = moment(stamp, now)
    # Without a name or a time of its own the same words within the hour are the same message, sent again.
    told = (stamp or f"{now:%Y-%m-%dT%H}", sorted(found.items()))
    own = given or hashlib.sha256(repr(told).encode()).hexdigest()[:32]
    return Deploy(id=f"{system}-{own}"[:120], at=when, heard=now, system=system, **found)


def _github(headers: Mapping[str, str], body: Json) -> dict[str, str] | None:
    service, url = words(body, "repository", "name"), words(body, "repository", "html_url")
    ident = words({"id": headers.get("X-GitHub-Delivery", "")}, "id")
    match headers.get("X-GitHub-Event", ""):
        case "deployment_status":
            state = words(body, "deployment_status", "state")
            if state in {"queued", "pending", "in_progress", "waiting", ""}:
                return None
            return {
                "id": ident, "service": service, "state": state, "environment": words(body, "deployment", "environment"), "revision": words(body, "deployment", "sha"),
                "actor": _first(words(body, "deployment_status", "creator", "login"), words(body, "sender", "login")), "title": words(body, "deployment", "description"),
                "url": _first(words(body, "deployment_status", "log_url"), words(body, "deployment_status", "target_url"), url),
                "at": _first(words(body, "deployment_status", "updated_at"), words(body, "deployment_status", "created_at")),
            }  # fmt: skip
        case "workflow_run" if words(body, "action") == "completed":
            run = at(body, "workflow_run")
            return {
                "id": ident, "service": service, "state": words(run, "conclusion"), "revision": words(run, "head_sha"), "actor": words(run, "actor", "login"),
                "title": _first(words(run, "display_title"), words(run, "name")), "url": words(run, "html_url"), "at": words(run, "updated_at"),
            }  # fmt: skip
        case "release" if words(body, "action") == "published":
            return {
                "id": ident, "service": service, "state": "released", "revision": words(body, "release", "tag_name"), "actor": words(body, "release", "author", "login"),
                "title": words(body, "release", "name"), "url": words(body, "release", "html_url"), "at": words(body, "release", "published_at"),
            }  # fmt: skip
        case _:
            return None


def _gitlab(headers: Mapping[str, str], body: Json) -> dict[str, str] | None:
    service = _first(
        words(body, "project", "name"), words(body, "project", "path_with_namespace").rpartition("/")[2]
    )
    ident = words({"id": headers.get("X-Gitlab-Event-UUID", "")}, "id")
    match words(body, "object_kind"):
        case "deployment":
            if words(body, "status") not in {"success", "failed", "canceled"}:
                return None
            return {
                "id": ident, "service": service, "state": words(body, "status"), "environment": words(body, "environment"), "revision": words(body, "short_sha"),
                "actor": _first(words(body, "user", "username"), words(body, "user", "name")), "title": words(body, "commit_title"),
                "url": words(body, "deployable_url"), "at": words(body, "status_changed_at"),
            }  # fmt: skip
        case "release" if words(body, "action") == "create":
            return {
                "id": ident, "service": service, "state": "released", "revision": words(body, "tag"), "title": words(body, "name"),
                "url": words(body, "url"), "at": words(body, "released_at"),
            }  # fmt: skip
        case _:
            return None


def _argocd(headers: Mapping[str, str], body: Json) -> dict[str, str] | None:
    """An Application as its template writes it with `toJson .app`, at the root or under `app`."""
    del headers
    app = at(body, "app") if isinstance(at(body, "app"), dict) else body
    done = at(app, "status", "operationState")
    state = words(done, "phase")
    if state not in {"Succeeded", "Failed", "Error"}:
        return None
    revision = _first(words(done, "syncResult", "revision"), words(app, "status", "sync", "revision"))
    return {
        "service": words(app, "metadata", "name"), "state": state, "namespace": words(app, "spec", "destination", "namespace"),
        "cluster": words(app, "spec", "destination", "name"), "revision": revision, "title": words(done, "message"),
        "actor": _first(words(done, "operation", "initiatedBy", "username"), "automated sync"),
        "url": words(app, "spec", "source", "repoURL"), "at": _first(words(done, "finishedAt"), words(done, "startedAt")),
    }  # fmt: skip


def _flux(headers: Mapping[str, str], body: Json) -> dict[str, str] | None:
    del headers
    reason, about = words(body, "reason"), at(body, "involvedObject")
    if words(about, "kind") not in {"Kustomization", "HelmRelease"} or reason in QUIET_FLUX:
        return None
    notes = at(body, "metadata")
    named = (
        [words(notes, key) for key in notes if str(key).endswith("revision")]
        if isinstance(notes, dict)
        else []
    )
    return {
        "service": words(about, "name"), "state": reason, "namespace": _first(words(notes, "namespace"), words(about, "namespace")),
        "cluster": words(notes, "cluster"), "revision": _first(words(notes, "revision"), *named).rpartition(":")[2],
        "actor": words(body, "reportingController"), "title": words(body, "message"), "at": words(body, "timestamp"),
    }  # fmt: skip


def _generic(headers: Mapping[str, str], body: Json) -> dict[str, str] | None:
    """Our own form, for anything that can send JSON: names are those of docs/deploys.md."""
    del headers
    keys = (
        "id",
        "service",
        "state",
        "environment",
        "cluster",
        "namespace",
        "revision",
        "actor",
        "title",
        "url",
        "at",
    )
    return {key: words(body, key) for key in keys}


_READ: Final[dict[System, Callable[[Mapping[str, str], Json], dict[str, str] | None]]] = {
    "github": _github, "gitlab": _gitlab, "argocd": _argocd, "flux": _flux, "generic": _generic,
}  # fmt: skip
