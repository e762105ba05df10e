"""The service map as people confirm it: from what was read and shown to them, on record, the same for every process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from agents.gate.gate import Gate
from agents.gate.turn import Turn
from agents.policy import PolicyStore, Reach
from agents.trail import Trail
from storage.audit.events import AuditEvent, EventType
from storage.clock import Clock
from storage.database import Database, Tx
from storage.ids import new_id
from storage.servicemap import EntryRow, ProposalRow
from tools.services.directory import Services
from tools.services.model import Service

TOOL: Final = "ops_map"
WHAT: Final = "service map"  # in the record
Entry = Mapping[str, Any]  # as tools/services/proposing.py writes it


@dataclass(frozen=True, slots=True)
class Looked:
    """What was read, or why nothing was. `could_not_see` names the rest."""

    data: Mapping[str, Any] = field(default_factory=dict)
    could_not_see: tuple[str, ...] = ()
    refused: str = ""

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(self.data.get("entries", ()))


@dataclass
class ServiceMap:
    db: Database
    services: Services
    trail: Trail
    clock: Clock
    policy: PolicyStore
    gate: Gate
    rows: tuple[
        EntryRow, ...
    ] = ()  # a process serves one workspace, that of its token, on a database of its own
    _state: Mapping[str, datetime] | None = None
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def refresh(self) -> None:
        """What another process wrote. Raises StoreUnavailable."""

        async def look(tx: Tx) -> tuple[Mapping[str, datetime], list[EntryRow] | None]:
            state = await self.db.service_map.state(tx)
            return state, None if state == self._state else await self.db.service_map.all(tx)

        async with self._reading:  # or a look from before a change would undo one from after it
            state, rows = await self.db.read_whole(look)
            if rows is not None:
                self._state, self.rows = state, tuple(rows)
                self.services.hold(service for row in rows if (service := _service(row.body)))

    async def look(self, turn: Turn) -> Looked:
        """Through the gate, with the rights of whoever the turn is of."""
        called = await self.gate.call(turn, TOOL, {})
        if called.result is None:
            return Looked(refused=called.error or called.kind)
        return Looked(called.result.data, called.result.could_not_see)

    def visible(self, entries: Sequence[Entry], reach: Reach, cloud: Reach) -> tuple[Entry, ...]:
        """Those of which this person may see all, too, and that no service of the map claims by now."""
        known = [one for one in self.services.all() if not one.discovered]
        claimed = {str(ref) for one in known for ref in one.workloads}
        found = []
        for entry in entries:
            service = _service({"name": entry["name"], **entry["lines"]})
            if service is None or claimed.intersection(map(str, service.workloads)):
                continue
            paths = {*entry.get("paths", ()), *((service.compartment,) if service.compartment else ())}
            if all(reach.namespace(*at) for at in service.places()) and all(map(cloud.compartment, paths)):
                found.append(entry)
        return tuple(found)

    async def keep(self, workspace: str, channel: str, actor: str, entries: Sequence[Entry]) -> ProposalRow:
        """So that a later click confirms what was shown."""
        row = ProposalRow(new_id("map_"), workspace, channel, actor, self.clock.now(), {"entries": list(entries)})  # fmt: skip
        await self.db.write_whole(lambda tx: self.db.service_map.propose(tx, row))
        return row

    async def confirm(
        self, workspace: str, actor: str, chosen: Sequence[Entry], said: Mapping[str, Any]
    ) -> str:
        """Why not, and then nothing is written; empty when all of it is in the map. Raises StoreUnavailable."""
        made = [(entry, _service({"name": entry["name"], **entry["lines"]})) for entry in chosen]
        if problem := self._problem(made):
            return problem

        async def write(tx: Tx) -> str:
            now = self.clock.now()
            for entry, service in made:
                assert service is not None  # noqa: S101 - looked at above
                key = _key(workspace, service.name)
                body = service.model_dump(mode="json", exclude_defaults=True)
                row = EntryRow(key, workspace, service.name, body, entry["sources"], actor, now)
                if not await self.db.service_map.add(tx, row):
                    raise _TakenError(service.name)
                detail = {"what": WHAT, "service": body, "sources": dict(entry["sources"])}
                event = AuditEvent(type=EventType.CONFIG_CHANGED, **said, result="confirmed", detail=detail)
                await self.trail.record(tx, event)
            return ""

        try:
            await self.db.write_whole(write)
        except _TakenError as error:
            return f"{error} is in the map already."
        await self.refresh()
        return ""

    async def wrote(self, workspace: str, actor: str, entries: Sequence[Entry], since: datetime) -> bool:
        """Whether this person confirmed exactly these since then: so it is where a click is worked on once more."""
        await self.refresh()
        rows = {row.id: row for row in self.rows if row.actor == actor and row.at >= since}
        made = [rows.get(_key(workspace, str(entry["name"]))) for entry in entries]
        return bool(made) and all(
            row is not None and row.sources == entry["sources"]
            for row, entry in zip(made, entries, strict=True)
        )

    async def done(self, request: str, result: str) -> Mapping[str, Any] | None:
        """What was written for this request already, by the record: it is worked on once more after a kill."""

        async def look(tx: Tx) -> Mapping[str, Any] | None:
            rows = await self.db.audit.find(tx, request=request, kind=EventType.CONFIG_CHANGED)
            said = [row.body for row in rows if row.body.get("result") == result]
            mine = [body["detail"] for body in said if body.get("detail", {}).get("what") == WHAT]
            return mine[-1] if mine else None

        return await self.db.read_whole(look)

    def _problem(self, made: Sequence[tuple[Entry, Service | None]]) -> str:
        words = {word for one in self.services.all() if not one.discovered for word in one.words()}
        for entry, service in made:
            if service is None:
                return f"{entry['name']} is no service that the map can hold."
            if service.name.lower() in words:
                return (
                    f"{service.name} would be there twice: choose one of them, or name the other in the file."
                )
            words.add(service.name.lower())
        return ""

    async def forget(self, workspace: str, name: str, said: Mapping[str, Any]) -> bool:
        """False: people confirmed no such service. Raises StoreUnavailable."""
        row = next((one for one in self.rows if one.id == _key(workspace, name)), None)
        detail = {"what": WHAT, "service": dict(row.body) if row else {"name": name}}

        async def write(tx: Tx) -> bool:
            if not await self.db.service_map.remove(tx, _key(workspace, name)):
                return False
            event = AuditEvent(type=EventType.CONFIG_CHANGED, **said, result="forgotten", detail=detail)
            await self.trail.record(tx, event)
            return True

        done = await self.db.write_whole(write)
        await self.refresh()
        return done

    def confirmed(self, name: str) -> EntryRow | None:
        """The row that a service of the map is from; none for one of the file."""
        return next((one for one in self.rows if one.name == name and not self.services.in_file(name)), None)


class _TakenError(Exception):
    """Somebody else confirmed it meanwhile: all of the transaction is undone."""


def _key(workspace: str, name: str) -> str:
    return f"{workspace}:{name.lower()}"


def _service(body: Mapping[str, Any]) -> Service | None:
    try:
        return Service.model_validate(dict(body))
    except ValidationError:
        return None
