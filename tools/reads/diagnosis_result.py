"""A diagnosis as a tool's result: the words, the data, the proofs, and the charts and tables that go with them."""

from __future__ import annotations

import json
from collections import Counter

from tools.cluster.diagnosis.analyse import Diagnosis
from tools.cluster.workloads import Workload
from tools.metrics.charts import chart
from tools.metrics.prometheus import Sample
from tools.metrics.signals import Signal
from tools.reads.diagnosis_look import Look, beyond
from tools.reads.diagnosis_words import TOP, UNKNOWN, Victim, head, not_measured, paragraphs, tail
from tools.reads.digest import digest
from tools.services.model import Service
from tools.services.where import Place
from tools.spec import Chart, Evidence, Json, Result, Table


def _looked(look: Look, asked: Service | None) -> str:
    """What was asked about; empty of a whole namespace, of which alone all can be said to be well."""
    names = sorted({thing.rpartition("/")[2] for thing in look.focus})
    return "" if not names else asked.name if asked is not None else ", ".join(names[:3])


def result(place: Place, look: Look, asked: Service | None, services: set[str]) -> Result:
    snap, found = look.snap, look.found
    victim, top = _victim(look, asked), found.findings[:TOP]
    proved = {e.ref for f in top for e in f.evidence}
    exceeded = [s for s in beyond(look, services) if s.ref not in proved]
    bad = [] if found.faults else exceeded
    measured = _measured(exceeded) if bad or victim else ()
    data: Json = {
        "findings": [f.to_json() for f in found.findings],
        "healthy": not found.faults and not bad and not found.unexplained,
        "verdict": "unexplained" if bad else found.verdict,
        "unexplained": [one.words for one in found.unexplained[:UNKNOWN]],
        "checked": list(found.checked),
        "workloads": [_row(w) for w in found.workloads],
        "victim": victim.name if victim else "",
        "unmeasured": not_measured(found, snap),
        "not_looked_at": list(snap.left) if found.faults else [],
    }
    text = digest(
        [
            *head(found, place, victim, exceeded, _looked(look, asked)),
            *paragraphs(found.findings, len(measured) + 1),
            *tail(found, snap),
        ]
    )
    return Result(
        data=data,
        digest=text,
        scope=place.scope("now"),
        evidence=(
            *measured,
            *(e for f in top for e in f.evidence),
            *(e for one in found.unexplained[:UNKNOWN] for e in one.evidence),
        ),
        ruled_out=tuple(dict.fromkeys(r for f in top for r in f.ruled_out)) if found.faults else (),
        could_not_see=tuple(snap.unseen),
        charts=tuple(_charts(snap.signals, asked.name if asked else "")),
        tables=_tables(found),
        raw=json.dumps(data, indent=1, ensure_ascii=False),
        untrusted=True,
    )


def _victim(look: Look, asked: Service | None) -> Victim | None:
    """When the service asked about suffers from somebody else's fault and has none of its own."""
    if asked is None or not look.found.faults:
        return None
    guilty = tuple(dict.fromkeys(f.object.rsplit("/", 1)[-1] for f in look.found.faults))
    if {w.name for w in asked.workloads} & set(guilty):
        return None
    needs = look.snap.needs
    needed = any(asked.name in needs.get(look.snap.services.get(f"deployment/{g}", g), ()) for g in guilty)
    return Victim(asked.name, guilty, needed)


def _measured(signals: list[Signal]) -> tuple[Evidence, ...]:
    return tuple(Evidence(s.ref, f"{s.service}: {s.metric}", s.words) for s in signals)


def _row(workload: Workload) -> Json:
    return {
        "kind": workload.kind,
        "name": workload.name,
        "ready": workload.ready,
        "desired": workload.desired,
    }


def _cells(workload: Workload) -> tuple[str, ...]:
    return (workload.kind, workload.name, str(workload.ready), str(workload.desired))


def _tables(found: Diagnosis) -> tuple[Table, ...]:
    """Pods ready and wanted; a fault that left every pod ready is told by other things."""
    if found.faults and all(w.ready >= w.desired for w in found.workloads):
        return ()
    return (Table("Workloads", ("kind", "name", "ready", "wanted"), tuple(map(_cells, found.workloads))),)


def _charts(found: tuple[Signal, ...], asked: str) -> list[Chart]:
    """At most four, over or at a limit first: one of each service, what ran out before what fails because of it."""
    nth = Counter[str]()
    ranked: list[tuple[tuple[object, ...], Signal]] = []
    for s in sorted(found, key=lambda s: (not s.over and not s.at_limit, s.metric)):
        calm = not s.over and not s.at_limit
        ranked.append(((calm, nth[s.service], s.service != asked, s.over, s.service, s.metric), s))
        nth[s.service] += 1
    drawn = [
        chart(f"{s.service}: {s.metric}", s.unit, [Sample({"service": s.service}, s.points)], s.limit)
        for _, s in sorted(ranked, key=lambda item: item[0])[:4]
    ]
    return [c for c in drawn if c is not None]
