"""Helm releases whose last operation hangs or failed: told by the labels of Helm's records, never by what is in them."""

from __future__ import annotations

from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding
from tools.cluster.helm import PENDING, Release, chart_mark, marked, releases
from tools.cluster.objects import stamp
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Evidence

RECORDS = "releases"  # the key of Helm's records in a snapshot


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for release in releases(snap.of(RECORDS)):
        mine = made_by(release.name, snap.namespace, found)
        if release.stuck(snap.now):
            yield _stuck(snap, release, mine)
        elif release.now.status == "failed":
            yield _failed(snap, release, mine)


def helmed(found: tuple[Workload, ...]) -> tuple[Workload, ...]:
    """Workloads that Helm made: where there are none, its records tell nothing about this namespace."""
    return tuple(w for w in found if marked([(w.kind, w.item)]))


def made_by(release: str, namespace: str, found: tuple[Workload, ...]) -> tuple[Workload, ...]:
    return tuple(w for w in found if (namespace, release) in marked([(w.kind, w.item)]))


def _stuck(snap: Snapshot, release: Release, mine: tuple[Workload, ...]) -> Finding:
    minutes = round((snap.now - release.now.at).total_seconds() / 60)
    cause = (
        f"Helm release {release.name} is in {release.now.status} for {minutes} minutes: whoever ran Helm has gone without"
        f" finishing, and until that is cleared Helm refuses every upgrade; {_way_out(release)}"
    )
    ruled_out = (f"an operation that still runs: Helm waits five minutes by itself, this is {minutes} old",)
    return _finding(snap, release, mine, cause, rank=34, ruled_out=ruled_out)


def _failed(snap: Snapshot, release: Release, mine: tuple[Workload, ...]) -> Finding:
    """Where its pods do well it is the change that is missing, and no more."""
    well = all(w.ready >= w.desired for w in mine)
    last = release.serving
    what = f"; what serves is of revision {last.number}" if last else "; no revision of it ever went well"
    cause = f"the last operation of Helm release {release.name} (revision {release.now.number}) failed{what if well else ''}; {_way_out(release)}"
    return _finding(snap, release, mine, cause, rank=55, risk=well and bool(last))


def _way_out(release: Release) -> str:
    """None of my actions touches Helm's records."""
    here, last = f"-n {release.namespace}", release.serving
    if release.now.status == "uninstalling":
        return f"by hand, once nobody runs it any more: helm uninstall {release.name} {here}"
    if last is not None:
        return f"by hand, once nobody runs it any more: helm rollback {release.name} {last.number} {here}"
    return f"by hand, once nobody runs it any more: helm uninstall {release.name} {here}, then install again"


def _finding(
    snap: Snapshot,
    release: Release,
    mine: tuple[Workload, ...],
    cause: str,
    *,
    rank: int,
    ruled_out: tuple[str, ...] = (),
    risk: bool = False,
) -> Finding:
    now = release.now
    ref = f"k8s:{snap.cluster}/{release.namespace}/secret/{now.record}"
    facts = [
        Evidence(f"{ref}#metadata.labels.status", f"Helm's record of revision {now.number}", now.status),
        Evidence(f"{ref}#metadata.labels.modifiedAt", "written", stamp(now.at)),
    ]
    if (last := release.serving) is not None and last is not now:
        kept = f"k8s:{snap.cluster}/{release.namespace}/secret/{last.record}#metadata.labels.status"
        facts.append(Evidence(kept, f"Helm's record of revision {last.number}", last.status))
    if chart := chart_mark((w.kind, w.item) for w in mine):
        facts.append(snap.fact(mine[0].plural, mine[0].item, "metadata.labels[helm.sh/chart]", chart, label="chart"))  # fmt: skip
    return Finding(
        "helm_release", f"{ref}", cause, stamp(now.at), tuple(facts), 0.9 if now.status in PENDING else 0.95, rank,
        frozenset({f"release/{release.name}", *(f"{w.kind}/{w.name}" for w in mine)}), ruled_out,
        severity="risk" if risk else "fault",
        detail={"release": release.name, "status": now.status, "revision": now.number, "last_good": last.number if last else None},
    )  # fmt: skip
