"""Helm's releases: from its own records, which are Secrets, and from the marks that it leaves on what it made.

Of a record nothing is kept but who it is, how it went and which chart it was: never values, manifests or notes.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from tools.cluster.objects import annotated, labels, meta, name, when
from tools.spec import Json

RECORD: Final = "helm.sh/release.v1"
NAME, SPACE = "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"
MOST_BYTES: Final = 64 * 1024 * 1024  # of one record unpacked; a chart with its manifests is far smaller
PENDING: Final = frozenset({"pending-install", "pending-upgrade", "pending-rollback", "uninstalling"})
GOES_ON: Final = timedelta(minutes=10)  # Helm waits five by itself; who waits longer says so to it


@dataclass(frozen=True, slots=True)
class Revision:
    """One record. `at` is when it was last written, `problem` says why its content could not be read."""

    release: str
    namespace: str
    number: int
    status: str
    at: datetime
    chart: str = ""
    version: str = ""
    app: str = ""
    said: str = ""
    record: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """Its revisions, the newest first."""

    name: str
    namespace: str
    revisions: tuple[Revision, ...]

    @property
    def now(self) -> Revision:
        return self.revisions[0]

    @property
    def serving(self) -> Revision | None:
        """The newest that went well; its objects are in the cluster as far as nothing later changed them."""
        return next((r for r in self.revisions if r.status in {"deployed", "superseded"}), None)

    def stuck(self, now: datetime) -> bool:
        """Whether an operation began and whoever ran it has most likely gone."""
        return self.now.status in PENDING and now - self.now.at > GOES_ON


def only_marks(item: Json) -> Json:
    """What is kept of a record whose content was not asked for: its labels say whose it is and how it went."""
    return {
        "metadata": {key: meta(item).get(key) for key in ("name", "namespace", "labels", "creationTimestamp")}
    }


def only_release(item: Json) -> Json:
    """What is kept of a record while a list of them is read."""
    kept = {key: meta(item).get(key) for key in ("name", "namespace", "labels", "creationTimestamp")}
    try:
        body = _unpacked(str((item.get("data") or {}).get("release") or ""))
    except (ValueError, binascii.Error, zlib.error, TypeError, RecursionError):
        return {"metadata": kept, "problem": "its record cannot be read"}
    info, chart = _part(body, "info"), _part(_part(body, "chart"), "metadata")
    said = {key: str(info.get(key) or "") for key in ("status", "description")}
    of = {key: str(chart.get(key) or "") for key in ("name", "version", "appVersion")}
    return {"metadata": kept, "number": body.get("version"), "release": str(body.get("name") or ""), "info": said, "chart": of}  # fmt: skip


def _part(body: Json, key: str) -> Json:
    """Whoever may write a Secret writes what they like into it."""
    found = body.get(key)
    return found if isinstance(found, dict) else {}


def _unpacked(text: str) -> Json:
    """Raises ValueError, binascii.Error and zlib.error; records of old versions are not packed."""
    data = base64.b64decode(base64.b64decode(text, validate=True), validate=True)
    if data[:3] == b"\x1f\x8b\x08":
        unpacking = zlib.decompressobj(wbits=31)
        data = unpacking.decompress(data, MOST_BYTES)
        if unpacking.unconsumed_tail:
            raise ValueError("too large")
    found = json.loads(data)
    if not isinstance(found, dict):
        raise TypeError("no record")
    return found


def releases(items: Iterable[Json]) -> list[Release]:
    """From reduced records; those of a release are together, by namespace and name."""
    found: dict[tuple[str, str], list[Revision]] = {}
    for item in items:
        one = _revision(item)
        found.setdefault((one.namespace, one.release), []).append(one)
    return [
        Release(called, space, tuple(sorted(each, key=lambda r: -r.number)))
        for (space, called), each in sorted(found.items())
    ]


def _revision(item: Json) -> Revision:
    marks, info, chart = labels(item), item.get("info") or {}, item.get("chart") or {}
    changed = str(marks.get("modifiedAt") or marks.get("createdAt") or "")
    made = when(meta(item).get("creationTimestamp"))
    number = marks.get("version") or item.get("number") or 0
    return Revision(
        str(marks.get("name") or item.get("release") or name(item)),
        str(meta(item).get("namespace") or ""),
        int(number) if str(number).isdecimal() and len(str(number)) < 10 else 0,
        str(marks.get("status") or info.get("status") or "unknown"),
        _at(changed) or made,
        chart.get("name", ""),
        chart.get("version", ""),
        chart.get("appVersion", ""),
        info.get("description", ""),
        name(item),
        str(item.get("problem") or ""),
    )


def _at(seconds: str) -> datetime | None:
    """A label's time; None where it is none."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def marked(items: Iterable[tuple[str, Json]]) -> dict[tuple[str, str], list[tuple[str, Json]]]:
    """Workloads (kind, object) by the release that made them."""
    found: dict[tuple[str, str], list[tuple[str, Json]]] = {}
    for kind, item in items:
        if called := annotated(item).get(NAME):
            space = annotated(item).get(SPACE) or str(meta(item).get("namespace") or "")
            found.setdefault((space, called), []).append((kind, item))
    return found


def chart_mark(items: Iterable[tuple[str, Json]]) -> str:
    """The chart as its label says, `payments-5.1.3`; empty where the chart sets none."""
    return next((mark for _, item in items if (mark := labels(item).get("helm.sh/chart", ""))), "")
