"""The diagnosis as typed findings, read from a result's data once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agents.gate.called import Called
from agents.planner.facts import Finding as FindingFact
from tools.marks import spelled
from tools.spec import Evidence


class Proof(BaseModel):
    model_config = ConfigDict(extra="ignore")
    ref: str = ""
    field: str = ""
    value: Any = ""


class Fault(BaseModel):
    """One finding of `k8s_diagnose`. `object` is its address; `touches` what else it bears on."""

    model_config = ConfigDict(extra="ignore")
    fault: str = ""
    object: str = ""
    cause: str = ""
    since: str = ""
    evidence: tuple[Proof, ...] = ()
    confidence: float = 0.0
    ruled_out: tuple[str, ...] = ()
    actions: tuple[dict[str, Any], ...] = ()
    severity: str = "fault"
    detail: dict[str, Any] = Field(default_factory=dict)

    @property
    def workload(self) -> str:
        return self.object.partition("#")[0].rsplit("/", 1)[-1]

    def proves(self, item: Evidence) -> bool:
        return any(proof.ref == item.ref for proof in self.evidence)


class Diagnosis(BaseModel):
    model_config = ConfigDict(extra="ignore")
    findings: tuple[Fault, ...] = ()
    healthy: bool = False
    victim: str = ""
    verdict: str = ""
    told: str = ""  # the diagnosis in the tool's own first sentences
    checked: tuple[str, ...] = ()
    workloads: tuple[dict[str, Any], ...] = ()
    unmeasured: tuple[str, ...] = ()  # workloads of which the pods alone are known
    not_looked_at: tuple[str, ...] = ()  # kinds, once a cause was found

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(found for found in self.findings if found.severity == "fault")

    @property
    def unseen(self) -> tuple[str, ...]:
        """What a cause that was found leaves open."""
        pods = (
            [f"metrics of {', '.join(self.unmeasured)}: its pods alone were looked at"]
            if self.unmeasured
            else []
        )
        kinds = ", ".join(self.not_looked_at)
        return (*pods, *([f"{kinds}: not looked at, since a cause was found before"] if kinds else []))

    @property
    def unexplained(self) -> bool:
        """Something is measurably bad, and no fault was found that explains it."""
        return not self.faults and not self.healthy

    @property
    def first(self) -> Fault | None:
        return self.faults[0] if self.faults else None


def diagnosis_of(called: Called) -> Diagnosis | None:
    """None when the call gave no result."""
    if called.result is None:
        return None
    lines = [line.strip() for line in spelled(called.result.digest).splitlines()[:4] if line.strip()]
    told = " ".join(line for line in lines if not line.startswith(("checked:", "could not see:", "[")))
    return Diagnosis.model_validate({**called.result.data, "told": told})


def fact_of(service: str, found: Diagnosis, suggested: str) -> FindingFact | None:
    """What the thread remembers of a diagnosis."""
    first = found.first
    if first is None:
        return None
    detail = first.detail
    return FindingFact(
        service=service,
        cause=first.cause[:600],
        culprit=first.workload,
        victim=found.victim,
        rolled_out_at=_when(first.since) if first.fault == "bad_release" else None,
        revision=str(detail.get("revision", "")),
        previous_revision=str(detail.get("previous", "")),
        suggested=suggested,
    )


def suggestion(fault: Fault, name: str) -> str:
    """Words that would ask for the action that fits, or nothing."""
    for action in fault.actions:
        args: Mapping[str, Any] = action.get("args") or {}
        target = (
            name if name and name in {fault.workload, args.get("name")} else str(args.get("name") or name)
        )
        words = _said(str(action.get("action", "")), args, target)
        if words:
            return words
    return ""


def _said(action: str, args: Mapping[str, Any], target: str) -> str:
    if action == "rollout_undo":
        return f"roll back {target}"
    if action == "rollout_restart":
        return f"restart {target}"
    if action == "scale" and "replicas" in args:
        return f"scale {target} to {args['replicas']}"
    if action == "set_resources":
        values = [
            f"{key.replace('_', ' ')} to {value}"
            for key, value in args.items()
            if key.endswith(("_limit", "_request"))
        ]
        return f"set {target} {values[0]}" if values else ""
    return ""


def _when(text: str) -> datetime | None:
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        return None
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)


def sentence(text: str) -> str:
    text = text.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def first_clause(parts: Iterable[str]) -> str:
    return next((part.strip() for part in parts if part.strip()), "")
