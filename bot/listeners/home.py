"""The Home tab: my rights, approvals that wait for me, my recent plans, health at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.changes.requests import PlanView
from agents.people import Actor, Place
from agents.policy import Permission
from bot.commands.context import States
from bot.core import Core
from bot.intake import Admitted
from bot.outgoing import Outgoing
from bot.replies.homepage import HomePage, home_view
from bot.replies.text import Outbound
from storage.errors import StoreUnavailable

WAITING_SHOWN = 10
MINE_SHOWN = 8
LOOKED_AT = 100


@dataclass
class Home:
    core: Core
    outgoing: Outgoing
    out: Outbound
    states: States

    async def __call__(self, work: Admitted) -> None:
        await self.publish(work)

    async def publish(self, work: Admitted, notice: str = "") -> None:
        place = replace(work.place, kind="home", channel="", thread="")
        page = await self._page(work.actor, place, notice)
        await self.outgoing.publish_home(work.actor.user, home_view(page, self.out))

    async def _page(self, actor: Actor, place: Place, notice: str) -> HomePage:
        policy, states = self.core.policy.policy, await self.states()
        person = policy.person_of(actor)
        try:
            waiting, mine = await self._waiting(actor, place), await self._mine(actor, place)
        except StoreUnavailable:
            waiting, mine, states = (), (), {**states, "database": "cannot be read"}
        return HomePage(
            name=person.name if person else actor.name or actor.user,
            roles=policy.roles_of(actor),
            here=tuple(p.value for p in Permission if policy.holds(actor, place, p)),
            waiting=waiting,
            mine=mine,
            states=dict(states),
            notice=notice,
            at=self.core.clock.now(),
        )

    async def _waiting(self, actor: Actor, place: Place) -> Sequence[PlanView]:
        rows = await self.core.changes.waiting_for(actor, place)
        return await self._views([row.id for row in rows[:WAITING_SHOWN]])

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
