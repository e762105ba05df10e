"""The Home tab: opens at once with what is ours, fills with what clouds say, and follows plans while it may be looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from weakref import WeakValueDictionary

import structlog

from agents.changes.requests import PlanView
from agents.people import Actor, Place, Request
from agents.policy import Permission
from bot.commands.context import States
from bot.core import Core
from bot.directory import Directory
from bot.glance import Glance, glance
from bot.intake import Admitted
from bot.mine import Mine
from bot.outgoing import Coalescer, Outgoing, SlackAwayError
from bot.replies.homepage import HomePage, home_view
from bot.replies.text import Outbound
from storage.digests import DigestRow
from storage.errors import StoreUnavailable

WAITING_SHOWN = 10
MINE_SHOWN = 8
LOOKED_AT = 100
FRESH_S = 60.0  # what was read is shown again so long
LOOKS_S = 600.0  # how long somebody who opened it may still look at it
LOOKERS = 50  # followed at once
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Looker:
    request: Request
    opened: float
    seen: Glance | None = None
    read: float = float("-inf")


@dataclass
class Home:
    """Also an announcer: whoever opened the tab lately sees plans come and go."""

    core: Core
    outgoing: Outgoing
    out: Outbound
    states: States
    directory: Directory
    coalescer: Coalescer = field(default_factory=Coalescer)
    _lookers: dict[str, _Looker] = field(default_factory=dict)
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def __call__(self, work: Admitted) -> None:
        await self.publish(work)

    async def publish(self, work: Admitted, notice: str = "") -> None:
        """At once, and once more when the clouds have answered."""
        place = replace(work.place, kind="home", channel="", thread="")
        looker = self._looker(replace(work.request, place=place, text=""))
        await self._show(looker, notice)
        if self._now() - looker.read > FRESH_S:
            request = await Mine(self.core.db, self.core.trail, self.core.clock).own(looker.request)
            looker.seen, looker.read = await glance(self.core, request), self._now()
            await self._show(looker, notice)

    async def plan_changed(self, plan_id: str) -> None:
        del plan_id
        self._follow()

    async def plan_settled(self, plan_id: str) -> None:
        del plan_id
        self._follow()

    async def glass_broken(self, plan_id: str) -> None:
        """The plan's next change is followed."""

    def _follow(self) -> None:
        for looker in list(self._lookers.values()):
            if self._now() - looker.opened > LOOKS_S:
                self._lookers.pop(looker.request.actor.id, None)
            else:
                self.coalescer.ask(looker.request.actor.id, partial(self._again, looker))

    async def _again(self, looker: _Looker) -> None:
        """Whoever is no member any more is shown nothing more."""
        actor = looker.request.actor
        profile = await self.directory.person(actor.user, actor.team)
        if profile.standing != "member":
            self._lookers.pop(actor.id, None)
            return
        try:
            await self._show(looker)
        except SlackAwayError as error:
            log.info("home_not_followed", reason=str(error))

    def _looker(self, request: Request) -> _Looker:
        before = self._lookers.pop(request.actor.id, None)
        looker = before or _Looker(request, self._now())
        looker.request, looker.opened = request, self._now()
        self._lookers[request.actor.id] = looker
        while len(self._lookers) > LOOKERS:
            self._lookers.pop(next(iter(self._lookers)))
        return looker

    async def _show(self, looker: _Looker, notice: str = "") -> None:
        """One at a time a person, so that what was read last is what stands in the end."""
        actor = looker.request.actor
        async with self._locks.setdefault(actor.id, asyncio.Lock()):
            page = await self._page(looker, notice)
            await self.outgoing.publish_home(actor.user, home_view(page, self.out))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def _page(self, looker: _Looker, notice: str) -> HomePage:
        actor, place = looker.request.actor, looker.request.place
        policy, states = self.core.policy.policy, await self.states()
        person = policy.person_of(actor)
        digests: Sequence[DigestRow] | None
        try:
            waiting, mine = await self._waiting(actor, place), await self._mine(actor, place)
            digests = await self._digests(actor, place)
        except StoreUnavailable:
            waiting, mine, digests, states = (), (), None, {**states, "database": "cannot be read"}
        return HomePage(
            name=person.name if person else actor.name or actor.user,
            roles=policy.roles_of(actor),
            here=tuple(p.value for p in Permission if policy.holds(actor, place, p)),
            waiting=waiting,
            mine=mine,
            states=dict(states),
            notice=notice,
            at=self.core.clock.now(),
            glance=looker.seen,
            digests=digests,
            budget=await self._budget(actor),
        )

    async def _budget(self, actor: Actor) -> str:
        """What models may still do for this person; empty while the agent stack is not there."""
        talk = self.core.talk
        if talk is None:
            return ""
        found = await talk.tokens_left(actor)
        if found is None:
            return "No model is set up: every answer is made by code."
        left, most = found
        return (
            f"Models may use about {left:,} of {most:,} tokens a day for you now."
            if most
            else "The policy allows no model."
        )

    async def _waiting(self, actor: Actor, place: Place) -> Sequence[PlanView]:
        rows = await self.core.changes.waiting_for(actor, place)
        return await self._views([row.id for row in rows[:WAITING_SHOWN]])

    async def _digests(self, actor: Actor, place: Place) -> Sequence[DigestRow]:
        rows = await self.core.db.read_whole(partial(self.core.db.digests.running, workspace=place.workspace))
        return [row for row in rows if row.owner == actor.id]

    async def _mine(self, actor: Actor, place: Place) -> Sequence[PlanView]:
        person = self.core.policy.policy.person_of(actor)
        if person is None:
            return ()
        async with self.core.db.read() as tx:
            rows = await self.core.db.plans.list(tx, workspace=place.workspace, limit=LOOKED_AT)
        return await self._views([row.id for row in rows if row.requester == person.id][:MINE_SHOWN])

    async def _views(self, ids: Sequence[str]) -> Sequence[PlanView]:
        found = [await self.core.changes.view(plan_id) for plan_id in ids]
        return tuple(view for view in found if view is not None)
