"""The words every tool is written in: arguments, scope, evidence, result, and the tool itself.

A read is one async function from a `Call` and typed arguments to a `Result`. Only `agents/gate.py` calls it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from tools.cluster.acting import Acting, Sender

if TYPE_CHECKING:
    from tools.clients import Clients
    from tools.cluster.api import Api

Json = dict[str, Any]


class Risk(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Risk).index(self)


class Args(BaseModel):
    """Base of all tool and action arguments: unknown names are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, defer_build=True)


NAME = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"  # a Kubernetes object name


class Scoped(Args):
    """Arguments that name where to look. What is left out is filled from the service map or the channel's scope."""

    service: str | None = Field(None, max_length=80, description="service name from the service map")
    cluster: str | None = Field(None, max_length=80, description="cluster (kubeconfig context)")
    namespace: str | None = Field(None, max_length=63, pattern=NAME, description="namespace")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a call looked, as stated in every answer. Empty strings mean: not applicable."""

    cluster: str = ""
    namespace: str = ""
    service: str = ""
    compartment: str = ""
    region: str = ""
    since: str = ""  # the time window, in words


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact with where it was read.

    `ref` has the forms of docs/evidence.md, e.g. `k8s:local/shop/deployment/checkout#spec.replicas`,
    `log:local/shop/pod-1/app@2026-11-24T09:00:00Z`, `metric:<query>@<time>`, `audit:<seq>`.
    """

    ref: str
    label: str
    value: str
    untrusted: bool = False  # the value is text that somebody else wrote (log, event, annotation)


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture in numbers. `categories` label the points of every series, oldest first."""

    title: str
    kind: Literal["line", "area", "bar"]
    unit: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    note: str = ""  # the sentence a person who cannot see it needs


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int = 0  # of all that were found, where that is more than the rows
    drawn: bool = (
        False  # its rows are ways from the second column to the last, worst first, that a picture can show
    )


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool found.

    `data` is the typed result as JSON, for programs and the planner; `digest` is the same for a language model,
    cut to a budget by code with counts and worst offenders kept; `raw` is the full text for paging and download.
    """

    data: Json
    digest: str
    scope: Scope = field(default_factory=Scope)
    evidence: tuple[Evidence, ...] = ()
    ruled_out: tuple[str, ...] = ()
    could_not_see: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    raw: str | None = None
    untrusted: bool = False  # contains text from logs, events, annotations, alerts
    inventory: tuple[str, ...] = ()  # names and numbers in an untrusted result that the API typed, not people


class Reach(Protocol):
    """What the person may see. Lists drop the rest without saying how much."""

    def namespace(self, cluster: str, namespace: str) -> bool: ...

    def compartment(self, name: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Call:
    """One call's surroundings: clients, the clock, how long it may take and what may be seen.

    `request` is our id of what asks, for the other side's own records, `workspace` where it was asked; `cloud` is what may be seen of Oracle Cloud, where a
    tool that begins in a cluster looks there too.
    """

    clients: Clients
    now: datetime
    deadline_s: float
    reach: Reach
    request: str = ""
    cloud: Reach | None = None
    workspace: str = ""
    acting: Acting | None = None  # as whom a cluster is written to, where it lets us

    def cluster(self, name: str | None) -> Api:
        """The cluster for the rest of this call; what is written there is written for whoever asked."""
        return self.clients.clusters.at(name, self.deadline_s, Sender(self.acting, self.request))

    @property
    def cloud_reach(self) -> Reach:
        return self.cloud or self.reach


A = TypeVar("A", bound=Args)


@dataclass(frozen=True, slots=True)
class Tool(Generic[A]):
    """A read. `name` matches `^(k8s|oci|cost|iam|prom|ops)_[a-z_]{2,50}$`; `summary` is what a model reads."""

    name: str
    summary: str
    permission: str
    args: type[A]
    run: Callable[[Call, A], Awaitable[Result]]
    examples: tuple[str, ...]
    deadline_s: float = 20.0
    cache_s: int = 0
    family: str = ""  # what it reads, where the cache has a name and a longest life for that (storage.cache)
    risk: Risk = Risk.LOW
    stricter: Callable[[A], str] | None = (
        None  # the right that these arguments need, where it is not `permission`
    )

    def needs(self, args: A) -> str:
        """The right that a call with these arguments needs."""
        return self.stricter(args) if self.stricter else self.permission

    def schema(self) -> Mapping[str, Any]:
        return self.args.model_json_schema()
