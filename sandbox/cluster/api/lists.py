"""Lists: selected, paged, in the form that was asked for."""

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from sandbox.cluster import errors
from sandbox.cluster.api.call import Answer, Call
from sandbox.cluster.api.forms import Form, negotiate
from sandbox.cluster.kept import Kept
from sandbox.cluster.metadata import Obj, name_of, namespace_of
from sandbox.cluster.printing import table
from sandbox.cluster.resources import Resource
from sandbox.cluster.views import shown

if TYPE_CHECKING:
    from sandbox.cluster.store import Store

TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list "
    "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
    "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
    "modified, or deleted between the time the first chunk was returned and now may show up in the list."
)
PARTIAL = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}


def token(version: int, after: tuple[str, str]) -> str:
    body = {"v": "meta.k8s.io/v1", "rv": version, "start": "/".join(filter(None, after)) + "\x00"}
    return base64.urlsafe_b64encode(json.dumps(body, separators=(",", ":")).encode()).rstrip(b"=").decode()


def _read(text: str) -> tuple[int, tuple[str, str]]:
    try:
        body = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        namespace, _, name = body["start"].rstrip("\x00").rpartition("/")
        return int(body["rv"]), (namespace, name)
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as problem:
        raise errors.bad_request(f"continue key is not valid: {problem}") from problem


def answer(store: "Store", kind: Resource, call: Call) -> Answer:
    """One page of a list."""
    form = negotiate(call.accept)
    goal = call.target
    namespace = goal.namespace if goal and goal.namespace else None
    test = call.selection.test(kind)
    _version_known(store, call)
    found = store.view(kind.key, namespace if kind.namespaced else None)
    if not call.selection.everything:
        found = [kept for kept in found if test(kept.obj)]
    page, metadata = _page(store, found, call)
    return Answer(
        encode(kind, page, metadata, form, call, now=store.clock.now()), content_type=form.content_type
    )


def _version_known(store: "Store", call: Call) -> None:
    asked = call.number("resourceVersion") or 0
    if asked > store.version:
        text = f"Too large resource version: {asked}, current: {store.version}"
        causes = [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]
        raise errors.ApiError(504, "Timeout", f"Timeout: {text}", {"retryAfterSeconds": 1, "causes": causes})
    exact = call.query.get("resourceVersionMatch") == "Exact"
    if exact and asked < store.journal.compacted:
        raise errors.expired(f"The resourceVersion for the provided list is too old: {asked}")


def _page(store: "Store", found: list[Kept], call: Call) -> tuple[list[Kept], dict[str, Any]]:
    limit = call.number("limit") or 0
    version = store.version
    if text := call.query.get("continue"):
        version, after = _read(text)
        if 0 <= version < store.journal.compacted:
            raise _too_old(after)
        version = store.version if version < 0 else version
        found = [kept for kept in found if (namespace_of(kept.obj), name_of(kept.obj)) > after]
    metadata: dict[str, Any] = {"resourceVersion": str(version)}
    if not limit or len(found) <= limit:
        return found, metadata
    last = found[limit - 1].obj
    metadata["continue"] = token(version, (namespace_of(last), name_of(last)))
    if call.selection.everything:
        metadata["remainingItemCount"] = len(found) - limit
    return found[:limit], metadata


def _too_old(after: tuple[str, str]) -> errors.ApiError:
    fresh = errors.expired(TOO_OLD)
    fresh.metadata = {"continue": token(-1, after)}
    return fresh


def encode(
    kind: Resource, page: list[Kept], metadata: dict[str, Any], form: Form, call: Call, *, now: float
) -> bytes | Obj:
    if form.shape == "table":
        return table.document(kind, [kept.obj for kept in page], metadata, include(call), now=now)
    if form.shape == "metadata":
        head = {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata}
        return head | {"items": [PARTIAL | {"metadata": kept.obj["metadata"]} for kept in page]}
    head = {"kind": f"{kind.kind}List", "apiVersion": kind.group_version, "metadata": metadata}
    return (
        json.dumps(head, separators=(",", ":")).encode()[:-1] + b',"items":[' + _items(kind, page) + b"]}\n"
    )


def _items(kind: Resource, page: list[Kept]) -> bytes:
    """The objects' own bytes where they can be used: a list of thousands costs no encoding."""
    if kind.storage:
        return b",".join(_encoded(_bare(shown(kind, kept.obj))) for kept in page)
    if kind.custom:
        return b",".join(_encoded(kept.obj) for kept in page)
    return b",".join(kept.raw for kept in page)


def _bare(obj: Obj) -> Obj:
    return {key: value for key, value in obj.items() if key not in ("kind", "apiVersion")}


def _encoded(obj: Obj) -> bytes:
    return json.dumps(obj, separators=(",", ":"), ensure_ascii=False).encode()


def include(call: Call) -> str:
    """Which object a table row carries: Metadata, Object or None."""
    return call.query.get("includeObject") or "Metadata"


def one(kind: Resource, obj: Obj, call: Call, *, now: float, status: int = 200) -> Answer:
    """A single object in the form that was asked for."""
    form = negotiate(call.accept)
    if form.shape == "table":
        version = {"resourceVersion": obj["metadata"].get("resourceVersion", "")}
        return Answer(table.document(kind, [obj], version, include(call), now=now), status)
    if form.shape == "metadata":
        return Answer({**PARTIAL, "metadata": obj["metadata"]}, status)
    return Answer(shown(kind, obj), status, form.content_type)
