"""Resources by OCID, each with an etag that changes when it does, and the changes that time will bring."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.oci.errors import hidden

Json = dict[str, Any]
ON: Final = frozenset({"RUNNING", "STARTING", "STOPPING", "PROVISIONING"})


@dataclass
class Record:
    """`body` is what the API shows of it, by wire names; `hidden` is what only other operations show."""

    id: str
    compartment: str
    service: str
    model: str
    body: Json
    etag: str = field(default_factory=lambda: uuid.uuid4().hex)
    hidden: Json = field(default_factory=dict)

    @property
    def name(self) -> str:
        called = (self.body.get(key) for key in ("displayName", "name", "secretName"))
        return str(next(filter(None, called), self.id))

    @property
    def state(self) -> str:
        return str(self.body.get("lifecycleState", ""))

    def change(self, patch: Json) -> None:
        self.body.update(patch)
        self.etag = uuid.uuid4().hex


@dataclass(frozen=True)
class Due:
    """A change that happens by itself at `at`."""

    at: float
    id: str
    patch: Json


class Records:
    """`now` is read for what is due; `unsaved` says whether anything changed since somebody set it to False."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.by_id: dict[str, Record] = {}
        self.due: list[Due] = []
        self.power: dict[str, list[tuple[float, bool]]] = {}
        self.unsaved = False

    def add(self, record: Record) -> Record:
        if record.id in self.by_id:
            raise ValueError(f"two resources are called {record.name} ({record.model})")
        self.by_id[record.id] = record
        self.unsaved = True
        return record

    def remove(self, record: Record) -> None:
        """It is gone, with all that was to become of it."""
        self.unsaved = True
        del self.by_id[record.id]
        self.due = [one for one in self.due if one.id != record.id]

    def get(self, ident: str, model: str) -> Record:
        """Raises Refused(404) when there is none of that model."""
        found = self.by_id.get(ident)
        if found is None or found.model != model:
            raise hidden()
        return found

    def of(self, service: str, model: str) -> Iterator[Record]:
        return (one for one in self.by_id.values() if (one.service, one.model) == (service, model))

    def change(self, record: Record, patch: Json, at: float) -> None:
        self.unsaved = True
        was = record.state
        record.change(patch)
        if record.model == "Instance" and (was in ON) != (record.state in ON):
            self.power.setdefault(record.id, []).append((at, record.state in ON))

    def later(self, at: float, record: Record, patch: Json) -> None:
        self.unsaved = True
        self.due.append(Due(at, record.id, patch))
        self.due.sort(key=lambda one: one.at)

    def settle(self) -> None:
        """Do what has come due."""
        while self.due and self.due[0].at <= self.now():
            due = self.due.pop(0)
            self.change(self.by_id[due.id], due.patch, due.at)

    def on(self, ident: str, start: float, end: float) -> list[tuple[float, float]]:
        """The parts of the time from `start` to `end` in which the resource was on; what has no power is always."""
        history = self.power.get(ident)
        if history is None:
            return [(start, end)]
        ends = [at for at, _ in history[1:]] + [end]
        spans = [
            (max(at, start), min(until, end)) for (at, on), until in zip(history, ends, strict=True) if on
        ]
        return [(first, last) for first, last in spans if first < last]
