"""What the bot itself may not read although the question calls for it: said, with the right that is missing, never guessed around."""

from __future__ import annotations

from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Evidence


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for plural, reason in snap.refused.items():
        place = f"in namespace {snap.namespace}" if BY_PLURAL[plural].namespaced else "at cluster scope"
        ref = snap.address(plural, "-")
        yield Finding(
            "rbac_forbidden_bot", ref,
            f"I may not list {plural} {place}, so nothing is said about them; the right that is missing: list {plural} {place}",
            "", (Evidence(f"{ref}#list", f"list {plural}", reason),), 1.0, 70,
            frozenset(f"{w.kind}/{w.name}" for w in found), severity="risk",
        )  # fmt: skip
