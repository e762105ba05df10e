"""Grafana's graphs show each executed change: an annotation over its time, once, and never in the way of the change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from agents.changes.outcome import Outcome, outcome_of
from agents.changes.requests import PlanView
from bot.core import Core
from bot.outgoing import Coalescer, Outgoing
from bot.replies.annotation import OURS, PLAN_TAG, annotation_of
from bot.slackclient import AWAY
from storage.errors import StoreUnavailable
from storage.states import PlanState
from storage.tx import Tx
from tools.errors import ToolError, TryLater
from tools.metrics.grafana import Grafana

# What was begun and not found void: something was sent to its target.
EXECUTED = frozenset(
    {
        PlanState.SUCCEEDED,
        PlanState.FAILED,
        PlanState.ROLLED_BACK,
        PlanState.ROLLBACK_FAILED,
        PlanState.UNKNOWN,
    }
)
LATELY = timedelta(hours=24)
LOOKED_AT = 200
WITHIN_S = 5.0
SLOT = "annotation"
log = structlog.get_logger(__name__)


@dataclass
class Annotations:
    """An announcer. Never raises: what Grafana or the store did not take waits for `catch_up`."""

    core: Core
    outgoing: Outgoing
    coalescer: Coalescer
    late: set[str] = field(default_factory=set)

    @property
    def grafana(self) -> Grafana | None:
        """None without a token: whoever may only look is not asked to write."""
        return self.core.clients.grafana if self.core.settings.grafana_token else None

    async def plan_changed(self, plan_id: str) -> None:
        """Nothing has ended."""

    async def glass_broken(self, plan_id: str) -> None:
        """The change itself follows."""

    async def plan_settled(self, plan_id: str) -> None:
        self._ask(plan_id)

    def _ask(self, plan_id: str) -> None:
        async def job() -> None:
            await self.tell(plan_id)

        if self.grafana is not None:
            self.coalescer.ask(f"annotation:{plan_id}", job)

    async def tell(self, plan_id: str) -> None:
        self.late.discard(plan_id)
        try:
            await self._tell(plan_id)
        except (StoreUnavailable, TryLater) as error:
            self.late.add(plan_id)
            log.warning("annotation_late", plan=plan_id, reason=str(error))
        except ToolError as error:
            log.warning("annotation_refused", plan=plan_id, reason=error.reason)

    async def _tell(self, plan_id: str) -> None:
        row = await self.core.db.read_whole(lambda tx: self.core.db.plans.get(tx, plan_id))
        view = await self.core.changes.view(plan_id)
        grafana = self.grafana
        if row is None or view is None or view.altered or grafana is None:
            return
        outcome = outcome_of(row)
        if row.state not in EXECUTED or not outcome.started_at or not await self._ours(plan_id, row.state):
            return
        if not await grafana.annotations((PLAN_TAG.format(plan_id), row.state.value), WITHIN_S):
            self.core.lease.must_hold()
            await grafana.annotate(await self._body(view, outcome), WITHIN_S)

    async def _ours(self, plan_id: str, state: PlanState) -> bool:
        """Grafana takes the same thing twice, so one process tells it: the first that comes, or who follows it when it is gone."""
        db, lease, what = self.core.db, self.core.lease, f"{plan_id}:{state.value}"

        async def claim(tx: Tx) -> bool:
            holder = await db.slots.holder(tx, SLOT, what)
            if holder == lease.worker:
                return True
            return await lease.gone(tx, holder) and await db.slots.inherit(tx, SLOT, what, holder)

        return await db.write_whole(claim)

    async def _body(self, view: PlanView, outcome: Outcome) -> dict[str, Any]:
        return annotation_of(view, outcome, self.core.redactor.clean, await self._card(view))

    async def _card(self, view: PlanView) -> str:
        """The address of the plan's card; empty when Slack does not say it now."""
        if not view.card_ts or not view.channel:
            return ""
        try:
            found = await self.outgoing.client.chat_getPermalink(
                channel=view.channel, message_ts=view.card_ts
            )
        except (SlackApiError, *AWAY):
            return ""
        return str(found.get("permalink") or "")

    async def catch_up(self) -> None:
        for plan_id in tuple(self.late):
            self._ask(plan_id)

    async def bring_up_to_date(self, lately: timedelta = LATELY) -> None:
        """A process may have died between the end of a change and its annotation."""
        if self.grafana is None:
            return
        async with self.core.db.read() as tx:
            rows = await self.core.db.plans.list(tx, limit=LOOKED_AT)
        now = self.core.clock.now()
        missing = [r for r in rows if r.state in EXECUTED and now - (r.decided_at or r.created_at) < lately]
        there = await self._there() if missing else []
        for row in missing:
            if not any({PLAN_TAG.format(row.id), row.state.value} <= tags for tags in there):
                self._ask(row.id)

    async def _there(self) -> list[set[str]]:
        """The tags of our newest ones, in one question; none when Grafana is away, and then each is asked after."""
        try:
            found = await self.grafana.annotations((OURS,), WITHIN_S) if self.grafana is not None else []
        except ToolError:
            return []
        return [set(one.get("tags") or ()) for one in found]
