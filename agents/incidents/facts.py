"""What people know about a service: said by somebody, confirmed by a click of somebody with the right, shown with both, forgotten on request.

The words are of people and stay so: they are shown as a quotation, order nothing, and widen nobody's rights.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from agents.gate.records import decided
from agents.people import Actor, Place, Request
from agents.policy import Decision, Permission, PolicyStore
from agents.trail import Trail
from storage.audit.events import AuditEvent, EventType
from storage.clock import Clock
from storage.database import Database, Tx
from storage.facts import CONFIRMED, FORGOTTEN, PROPOSED, FactRow, Kind
from storage.ids import new_id
from tools.services.directory import Services
from tools.services.model import Service
from tools.spec import Scope

LONGEST: Final = 300
MOST: Final = 50  # of a service that are shown
INNER: Final = dict.fromkeys(map(ord, "“”„‟〝〞"), "'")  # quotation marks within a quotation
WORD: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Done:
    """`no` says why not; `row` is how it stands."""

    row: FactRow | None = None
    no: str = ""
    who_may: tuple[str, ...] = ()


@dataclass
class FactBook:
    db: Database
    trail: Trail
    clock: Clock
    policy: PolicyStore
    services: Services

    def about(self, text: str) -> tuple[Service, ...]:
        """The services that the words name, each once."""
        called: dict[str, list[Service]] = {}  # the map is gone through once, however many words there are
        for service in self.services.all():
            for word in service.words():
                called.setdefault(word, []).append(service)
        words = dict.fromkeys(word.strip("._-") for word in WORD.findall(text.lower()))
        named = {s.name: s for word in words for s in called.get(word, ())}
        return tuple(named.values())

    def may(self, actor: Actor, place: Place, permission: Permission, service: str) -> Decision:
        """Everywhere that the service is; of one that is nowhere the right anywhere here is enough."""
        judged = [
            self.policy.policy.decide(actor, place, permission, scope) for scope in self._scopes(service)
        ]
        return next((one for one in judged if not one.allow), judged[0])

    def _scopes(self, service: str) -> list[Scope]:
        named = self.services.called(service)
        called = [one for one in named if not one.discovered] or list(named)
        found = [
            Scope(cluster=ref.cluster, namespace=ref.namespace) for one in called for ref in one.workloads
        ]
        found += [Scope(compartment=one.compartment) for one in called if one.compartment and not one.workloads]  # fmt: skip
        return list(dict.fromkeys(found)) or [Scope()]

    async def said(self, request: Request, service: str, text: str) -> Done:
        """Proposed; the same request again is the same line. `text` has passed redaction. Raises StoreUnavailable."""
        decision = self.may(request.actor, request.place, Permission.MONITORING_READ, service)
        if not decision.allow:
            return await self._no(request, decision, "remember")
        row = self._row(f"fact_{request.id}", request, service.lower(), "fact", text)

        async def write(tx: Tx) -> None:
            if await self.db.facts.add(tx, row):
                await self._record(tx, request, "said", row)

        await self.db.write_whole(write)
        return Done(row)

    async def confirm(self, request: Request, fact: str) -> Done:
        return await self._decide(request, fact, "confirm")

    async def forget(self, request: Request, fact: str) -> Done:
        return await self._decide(request, fact, "forget")

    async def _decide(self, request: Request, fact: str, what: Literal["confirm", "forget"]) -> Done:
        workspace = request.place.workspace
        row = await self.db.read_whole(lambda tx: self.db.facts.get(tx, workspace, fact))
        if row is not None and _did(
            row, what, request.actor.id
        ):  # the same click once more, after what ended between
            return Done(row)
        if row is None or not row.text:
            return Done(no=f"I remember nothing called {fact[:60]!r}.")
        decision = self.may(request.actor, request.place, Permission.MONITORING_WRITE, row.service)
        own = what == "forget" and row.said_by == request.actor.id and request.actor.standing == "member"
        if not decision.allow and not own:
            return await self._no(request, decision, f"{what} a fact")
        now, by = self.clock.now(), request.actor.id

        async def write(tx: Tx) -> bool:
            doing = self.db.facts.confirm if what == "confirm" else self.db.facts.forget
            if not await doing(tx, fact, by, now):
                return False
            await self._record(tx, request, {"confirm": "confirmed", "forget": "forgotten"}[what], row)
            return True

        if not await self.db.write_whole(write):
            return Done(no="That was decided before.")
        return Done(await self.db.read_whole(lambda tx: self.db.facts.get(tx, workspace, fact)))

    async def known(
        self, actor: Actor, place: Place, services: Iterable[str], most: int = MOST
    ) -> list[FactRow]:
        """What is confirmed about those of them that this principal may read here. Raises StoreUnavailable."""
        names = [
            name.lower()
            for name in services
            if self.may(actor, place, Permission.MONITORING_READ, name).allow
        ]
        if not names:
            return []
        return await self.db.read_whole(lambda tx: self.db.facts.known(tx, place.workspace, names, most))

    def resolution(self, incident: str, service: str, text: str, by: str, place: Place) -> FactRow:
        """How an incident was fixed, in the words of whoever completed it, which took the right everywhere that it touched."""
        now = self.clock.now()
        return FactRow(
            f"fact_{incident}_{service.lower()}", place.workspace, service.lower(), "resolution", _one_line(text), by, now,
            place.channel, now, incident, CONFIRMED, by,
        )  # fmt: skip

    def _row(self, key: str, request: Request, service: str, kind: Kind, text: str) -> FactRow:
        now, place = self.clock.now(), request.place
        return FactRow(
            key or new_id("fact_"),
            place.workspace,
            service,
            kind,
            _one_line(text),
            request.actor.id,
            now,
            place.channel,
            now,
        )

    async def _no(self, request: Request, decision: Decision, what: str) -> Done:
        event = AuditEvent(type=EventType.AUTHZ_DECISION, **self._said(request), tool=what, decision=decided(decision, self.policy.policy))  # fmt: skip
        await self.trail.note(event)
        return Done(no=f"Not allowed: {decision.reason}.", who_may=decision.who_may)

    async def _record(self, tx: Tx, request: Request, result: str, row: FactRow) -> None:
        detail = {"what": "fact", "id": row.id, "service": row.service, "text": row.text if result != "forgotten" else ""}  # fmt: skip
        event = AuditEvent(type=EventType.CONFIG_CHANGED, **self._said(request), result=result, detail=detail)
        await self.trail.record(tx, event)

    @staticmethod
    def _said(request: Request) -> dict[str, Any]:
        actor, place = request.actor, request.place
        who = {"team_id": actor.team, "user_id": actor.user, "standing": actor.standing}
        return {
            "workspace": place.workspace,
            "actor": who,
            "channel": place.channel,
            "thread": place.thread,
            "request": request.id,
        }

    def name(self, account: str) -> str:
        found = next((p for p in self.policy.policy.people if account in p.accounts), None)
        return found.name if found else account


def _did(row: FactRow, what: Literal["confirm", "forget"], account: str) -> bool:
    return row.decided_by == account and row.state == {"confirm": CONFIRMED, "forget": FORGOTTEN}[what]


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST]


def spoken(book: FactBook, row: FactRow) -> str:
    """One line with its sources; the words are a quotation, which nothing in them ends: a source is not theirs to name."""
    who, day = book.name(row.said_by), f"{row.said_at:%Y-%m-%d}"
    about = f"{row.incident} was fixed" if row.kind == "resolution" and row.incident else row.service
    confirmed = f", confirmed by {book.name(row.decided_by)}" if row.state == CONFIRMED and row.decided_by != row.said_by else ""  # fmt: skip
    waits = ", not confirmed yet" if row.state == PROPOSED else ""
    words = row.text.translate(INNER)
    return f"{about}: “{words}” (said by {who} on {day}{confirmed}{waits})"


def spoken_all(book: FactBook, rows: Sequence[FactRow]) -> list[str]:
    return [spoken(book, row) for row in rows]
