"""Aggregated APIs that are down, by what suffers from them: autoscalers without metrics, namespaces that cannot be emptied."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding
from tools.cluster.objects import condition, name, spec, stamp, when
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Json

_DOWN = re.compile(
    r"currently unable to handle the request \(get \w+\.(?P<group>(?:[a-z-]+\.)*metrics\.k8s\.io)\)"
)
_STALE = re.compile(r"(?P<group>[a-z0-9.-]+\.[a-z0-9.-]+)/v\w+: (?:stale GroupVersion discovery|the server is currently unable)")  # fmt: skip


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    del found
    for scaler in snap.of("horizontalpodautoscalers"):
        target = spec(scaler).get("scaleTargetRef") or {}
        touched = f"{str(target.get('kind', '')).lower()}/{target.get('name', '')}"
        yield from _told(snap, "horizontalpodautoscalers", scaler, "ScalingActive", _DOWN, touched=touched)
    for space in snap.of("namespaces"):
        yield from _told(snap, "namespaces", space, "NamespaceDeletionDiscoveryFailure", _STALE)


def _told(
    snap: Snapshot, plural: str, item: Json, kind: str, pattern: re.Pattern[str], *, touched: str = ""
) -> Iterator[Finding]:
    state = condition(item, kind)
    match = pattern.search(str(state.get("message", "")))
    if match is None:
        return
    holder = snap.address(plural, name(item)).split("/")[-2]
    yield Finding(
        "aggregated_api_down",
        f"k8s:{snap.cluster}/-/apiservice/{match['group']}",
        f"the aggregated API {match['group']} does not answer: what serves it is away, and {holder} {name(item)} waits for it",
        stamp(when(state.get("lastTransitionTime"))),
        (snap.fact(plural, item, f"status.conditions[{kind}].message", state["message"], label=kind),),
        0.9,
        11,
        frozenset({f"{holder}/{name(item)}", touched} - {""}),
        ("the API server itself: it answered all other questions",),
    )
