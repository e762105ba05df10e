"""A change before it is sealed: everything that people approve and the executor needs, read from the target.

`Draft` is JSON through and through; agents/changes seals it by hashing its canonical form together with requester,
environment, risk, expiry and policy version. Numbers above 2^53 and times are strings, so that the form is canonical.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from tools.approved import Approved
from tools.spec import Args, Call, Risk


class Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Target(Frozen):
    """What is changed. `uid` and `generation` are those of the object as shown on the card."""

    provider: Literal["kubernetes", "oci", "alertmanager", "policy"]  # policy: who may do what here
    cluster: str = ""
    namespace: str = ""
    kind: str
    name: str
    uid: str
    generation: int = 0
    region: str = ""
    compartment: str = ""

    @property
    def in_namespace(self) -> bool:
        """Whether cluster and namespace say where it is: so do they of an alert."""
        return self.provider in {"kubernetes", "alertmanager"}

    def __str__(self) -> str:
        if self.provider == "policy":
            return f"access/{self.kind.lower()}/{self.name}"
        where = f"{self.cluster}/{self.namespace}" if self.in_namespace else self.compartment
        return f"{where}/{self.kind.lower()}/{self.name}"


class FieldChange(Frozen):
    """One line of the diff, values already fit for people."""

    path: str
    before: str
    after: str


class Ownership(Frozen):
    """Who else manages the target and would undo the change."""

    manager: Literal["none", "argocd", "flux", "helm", "hpa"] = "none"
    detail: str = "not managed by GitOps"
    reverts: bool = False
    lasting_route: str = ""  # the change that would last, in words
    interval_s: float = 0.0  # within which its manager takes a change back; verification holds for longer


class Blast(Frozen):
    objects: int = 1
    pods: int = 0
    percent: int = 0  # of the workload's replicas that are touched
    summary: str


class Check(Frozen):
    """How success is judged: a criterion in words, seconds until it must hold, seconds it must keep holding."""

    criterion: str
    deadline_s: float
    hold_s: float = 3.0
    params: dict[str, Any] = {}


class Draft(Frozen):
    """What `plan()` returns; it only read and dry-ran."""

    action: str
    args: dict[str, Any]
    target: Target
    title: str  # verb + object: "Roll back checkout to revision 6"
    shown: dict[str, str]  # fields that must still hold when it runs; drift in any of them voids the plan
    changes: tuple[FieldChange, ...]
    dry_run: str  # what the server said, warnings included
    blast: Blast
    reversible: bool
    undo: str  # how it is undone, in words
    rollback: dict[str, Any] | None  # data for rollback(), persisted before the first write
    write: dict[str, Any]  # exactly what apply() will send, less the precondition read at execution
    check: Check
    before: dict[str, str] = {}  # measured numbers, shown again after
    ownership: Ownership = Ownership()
    warnings: tuple[str, ...] = ()
    risk: Risk = Risk.LOW  # the floor by action and facts; policy may raise it

    @property
    def tags(self) -> tuple[str, ...]:
        """The target's tags as `key=value`."""
        return tuple(
            f"{name.removeprefix(TAG)}={value}" for name, value in self.shown.items() if name.startswith(TAG)
        )


TAG = "tag "  # how a shown field that is a tag begins


class Observed(StrEnum):
    HOLDS = "holds"
    NOT_YET = "not_yet"
    FAILED = "failed"  # cannot come true any more, e.g. progress deadline exceeded
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Observation:
    state: Observed
    progress: str  # "2/6 updated"
    facts: Mapping[str, str]  # the numbers of Draft.before, now


@dataclass(frozen=True, slots=True)
class Reread:
    """The target just before the write. `drift` lists what no longer matches the card; empty means go."""

    drift: tuple[FieldChange, ...]
    precondition: str  # resourceVersion or etag to send with the write


@dataclass(frozen=True, slots=True)
class Applied:
    upstream_id: str
    detail: str = ""


class Effect(StrEnum):
    """Did our write reach the target? Asked when a process died between intent and result."""

    NONE = "none"
    DONE = "done"
    CANNOT_TELL = "cannot_tell"


A = TypeVar("A", bound=Args)


def _the_same(draft: Draft) -> Draft:
    return draft


@dataclass(frozen=True, slots=True)
class Action(Generic[A]):
    """One kind of change. Only agents/changes calls these; `apply` and `roll_back` take an `Approved`.

    `undone` is the draft with blast, risk and warnings of its way back, where that is another danger than the way there.
    `says` are the sentences that order it, as templates: "take {backend} out of [the] (load balancer|lb) [{load_balancer}]":
    words, [words that may be left out], (one|of several), {argument}. A model and the planner read no other words.
    `verified` is what must become true, and stay so, for the change to have succeeded.
    """

    name: str
    summary: str
    args: type[A]
    risk: Risk
    reversible: bool
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    needs_kubernetes: tuple[str, ...]
    needs_oci: tuple[str, ...]
    examples: tuple[str, ...]
    plan: Callable[[Call, A], Awaitable[Draft]]
    reread: Callable[[Call, Draft], Awaitable[Reread]]
    dry_run: Callable[[Call, Draft, str], Awaitable[str]]
    apply: Callable[[Call, Approved, str], Awaitable[Applied]]
    effect: Callable[[Call, Draft, str], Awaitable[Effect]]  # (call, draft, plan id)
    observe: Callable[[Call, Draft], Awaitable[Observation]]
    roll_back: Callable[[Call, Approved], Awaitable[Applied]]
    observe_rollback: Callable[[Call, Draft], Awaitable[Observation]]
    permission: str = "remediation:execute"
    undone: Callable[[Draft], Draft] = _the_same
    says: tuple[str, ...] = ()
    verified: str = ""
    needs_elsewhere: tuple[str, ...] = ()  # access to what is neither a cluster nor Oracle Cloud
