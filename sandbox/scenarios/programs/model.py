"""The form of `programs.yaml`."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pool(_Part):
    """Connections to a database: some at once, more under load, up to what a variable says."""

    database: str
    env: str = ""
    size: int = 10
    first: int = 8
    grows: float = 0.1  # connections a second
    pain: float = 0.5  # share of requests that fail when no connection is granted at all


class Database(_Part):
    """A server that lends connections; the limit is an argument `<name>=<n>` of its container."""

    limit_arg: str = "max_connections"
    limit: int = 100
    reserved: int = 3


class Traffic(_Part):
    """Requests. `rates` are requests a second by namespace, over all pods."""

    rates: dict[str, float]
    errors: float = 0.003
    p50: float = 0.04
    tail: float = 2.6  # p95 over p50
    capacity: float = 60.0  # requests a second that one pod can serve


class LogRule(_Part):
    """A kind of line: one for every `every` requests, errors, shortages or seconds, or one at the start.

    `usual` are the errors that a healthy program has anyway; `closed` counts seconds in which no packet reaches the program `to`.
    """

    per: Literal["start", "second", "request", "error", "usual", "shortage", "closed"]
    to: str = ""
    every: float = 1.0
    offset: float = 0.0  # the first line comes after (1 + offset) * every
    text: str


class Program(_Part):
    images: tuple[str, ...]  # repositories, without tag
    tags: tuple[str, ...] = ()  # those that the registry has; none named: any
    memory: str = "64Mi"
    cpu: str = "20m"  # of one pod at its usual load
    start_seconds: float | None = None
    traffic: Traffic | None = None
    pool: Pool | None = None
    database: Database | None = None
    calls: dict[str, float] = {}  # program -> share of requests that need it
    logs: tuple[LogRule, ...] = ()


class ProgramsFile(_Part):
    programs: dict[Annotated[str, Field(min_length=1)], Program]
