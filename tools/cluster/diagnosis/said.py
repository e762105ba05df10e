"""Causes that a workload's own log spells out in words that have one meaning only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.cluster.diagnosis.finding import Finding, about
from tools.cluster.diagnosis.reaching import stale
from tools.cluster.objects import name
from tools.cluster.snapshot import Snapshot, Text
from tools.cluster.workloads import Workload


@dataclass(frozen=True, slots=True)
class Saying:
    """What a line that matches means. `not_this` is what looks alike and was told apart."""

    fault: str
    pattern: re.Pattern[str]
    meaning: str
    not_this: str
    rank: int


SAYINGS = (
    Saying(
        "certificate_expiry",
        re.compile(r"certificate has expired(?! or)|certificate has expired or is not yet valid: current time \S+ is after|CERT_HAS_EXPIRED|CERTIFICATE_VERIFY_FAILED.*certificate has expired", re.IGNORECASE),
        "meets a certificate that has expired",
        "an unknown authority or a wrong name: the line says expired",
        18,
    ),
    Saying(
        "api_server_throttling",
        re.compile(r"the server has received too many requests and has asked us to try again later", re.IGNORECASE),
        "is throttled by the API server (429, priority and fairness)",
        "the client's own rate limit: the line is the server's answer",
        22,
    ),
)  # fmt: skip


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for workload in found:
        pods = {name(pod) for pod in workload.pods}
        for saying in SAYINGS:
            told = next(_lines(snap, pods, saying), None)
            if told is not None:
                yield about(
                    snap, workload, saying.fault, f"{workload.kind} {workload.name} {saying.meaning}",
                    [snap.said(*told)],
                    rank=saying.rank, confidence=0.8, ruled_out=(saying.not_this,),
                )  # fmt: skip


def _lines(snap: Snapshot, pods: set[str], saying: Saying) -> Iterator[tuple[Text, str]]:
    for log in (t for t in snap.logs if t.pod in pods):
        for line in reversed(log.text.splitlines()):
            if saying.pattern.search(line) and not stale(snap, line):
                yield log, line
