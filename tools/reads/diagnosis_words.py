"""A diagnosis in words: what is wrong, what proves it, what was ruled out, what fits; each proof marked with its number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tools.cluster.diagnosis.analyse import Diagnosis
from tools.cluster.diagnosis.finding import Finding
from tools.cluster.snapshot import Snapshot
from tools.marks import mark
from tools.metrics.signals import Signal
from tools.reads.digest import counted, listed
from tools.services.where import Place
from tools.spec import Json

FILLED = frozenset({"cluster", "namespace", "kind", "name", "revision"})
UNKNOWN = 5  # workloads that are not well for no reason that is known
TOP = 3  # findings whose facts are the result's evidence


def _said(signals: list[Signal]) -> str:
    return "; ".join(f"{s.service} {s.metric} is {s.words}{mark(at)}" for at, s in enumerate(signals, 1))


@dataclass(frozen=True, slots=True)
class Victim:
    """Who suffers from a fault of somebody else. `needed` when those at fault need it, not it them."""

    name: str
    guilty: tuple[str, ...]
    needed: bool

    @property
    def words(self) -> str:
        link = "which needs it" if self.needed else "which it needs or shares something with"
        return f"{self.name} is the victim, not the cause: the fault is in {listed(self.guilty, 3)}, {link}."


def head(
    found: Diagnosis, place: Place, victim: Victim | None, bad: list[Signal], looked: str = ""
) -> list[str]:
    where = f"{place.namespace} on {place.api.name}"
    if victim is not None:
        told = f" {_said(bad)}." if bad else ""
        return [
            f"{victim.words}{told}",
            _most(len(found.faults), where),
        ]
    if found.faults:
        return [_most(len(found.faults), where)]
    if bad:
        return [
            f"Not healthy, and the cause is not visible here: {_said(bad)}. Pods, rollouts and everything else checked in {where} show no fault."
        ]
    if found.unexplained:
        return [
            f"Not healthy, and the cause is unknown: nothing that I know of explains it. What I saw in {where}:",
            *_unknown(found),
        ]
    names = listed([f"{w.name} {w.ready}/{w.desired}" for w in found.workloads if w.desired])
    risks = f" {len(found.findings)} risks, none of them hurts now." if found.findings else ""
    well = f"{looked} in {where} is healthy, nothing is wrong" if looked else f"nothing is wrong in {where}"
    return [f"Healthy: {well} with what was checked ({names or 'no workloads'} ready).{risks}"]


def _unknown(found: Diagnosis) -> list[str]:
    more = len(found.unexplained) - UNKNOWN
    return [*(one.words for one in found.unexplained[:UNKNOWN]), *([f"and {more} more"] if more > 0 else [])]


def _most(faults: int, where: str) -> str:
    return f"{counted(faults, 'fault')} in {where}{'; the first explains most' if faults > 1 else ''}."


def paragraphs(findings: tuple[Finding, ...], number: int) -> Iterator[str]:
    """The facts of the first `TOP` findings are the result's evidence from `number` on, so theirs are marked."""
    for at, finding in enumerate(findings):
        yield _paragraph(finding, number if at < TOP else 0)
        number += len(finding.evidence)


def _paragraph(finding: Finding, first: int) -> str:
    since = f" since {finding.since}" if finding.since else ""
    lines = [f"{finding.severity} {finding.fault}{since}: {finding.cause}"]
    lines += [
        f"  - {e.label}: {e.value}{mark(first + at) if first else ''}"
        for at, e in enumerate(finding.evidence[:8])
    ]
    lines += [f"  ruled out: {'; '.join(finding.ruled_out)}"] if finding.ruled_out else []
    lines += [f"  confidence: {finding.confidence:.2f}"]
    lines += [f"  fits: {_fitting(action)}" for action in finding.actions]
    return "\n".join(lines)


def _fitting(action: Json) -> str:
    """The action as people ask for it: where it is and the revision before are filled in for them."""
    args = {key: value for key, value in action["args"].items() if key not in FILLED}
    more = "".join(f", {key} {value}" for key, value in args.items())
    return f"{action['action']} of {action['args'].get('name', 'it')}{more}"


def tail(found: Diagnosis, snap: Snapshot) -> list[str]:
    lines = _fine(found, snap) if found.faults else [f"checked: {'; '.join(found.checked)}"]
    if found.faults and found.unexplained:
        lines += ["not well either, and none of these faults explains it:", *_unknown(found)]
    if snap.left and found.faults:
        lines.append(f"not looked at, because a cause was found without: {', '.join(snap.left)}")
    return lines + ([f"could not see: {'; '.join(snap.unseen)}"] if snap.unseen else [])


def _fine(found: Diagnosis, snap: Snapshot) -> list[str]:
    """What was looked at and is well, and how far: that nothing else is said is no proof of it."""
    sick = {fault.object.partition("#")[0].rpartition("/")[2] for fault in found.faults}
    unmeasured = set(not_measured(found, snap))
    ready = {
        w.name: f"{w.name} {w.ready}/{w.desired}" for w in found.workloads if w.desired and w.name not in sick
    }
    fine = [said for name, said in ready.items() if name not in unmeasured]
    rest = [said for name, said in ready.items() if name in unmeasured]
    lines = [f"no fault of their own: {listed(fine)} pods ready"] if fine else []
    return [
        *lines,
        *(
            [f"pods ready, their metrics not read, so no more is said of them: {listed(rest)}"]
            if rest
            else []
        ),
    ]


def not_measured(found: Diagnosis, snap: Snapshot) -> list[str]:
    """Workloads of whose services no metric was read: of those only the pods are known."""
    measured = {signal.service for signal in snap.signals}
    return [
        w.name for w in found.workloads if snap.services.get(f"{w.kind}/{w.name}", w.name) not in measured
    ]
