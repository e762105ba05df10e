"""The button of a proposed service map, and the window in which a person chooses what is written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from agents.gate.records import said_by
from agents.outcomes import Failure, Outcome, Refusal
from agents.policy import Permission
from bot.commands.context import turn_of
from bot.core import Core
from bot.intake import Admitted, located, opened_from
from bot.listeners.rights import NOTHING, refused
from bot.listeners.windows import View, Windows
from bot.replies.answer import Footer, render
from bot.replies.blocks import Message, section
from bot.replies.findings import who
from bot.replies.servicemap import MAP_TITLE, review
from bot.responding import Responding
from storage.errors import StoreUnavailable
from storage.servicemap import ProposalRow

LATER = Failure("It could not be recorded.", NOTHING, "Click again in a minute.", "store")
OLD = f"This proposal is not kept any more. {NOTHING} `services propose` makes a new one."
DONE = f"All of it is in the service map by now, or you may not see the rest. {NOTHING}"
SOME = f"Some of it is in the service map by now, or you may not see it any more. {NOTHING} `services propose` shows what is left."


@dataclass
class MapClicks:
    core: Core
    windows: Windows
    responding: Responding

    async def __call__(self, work: Admitted) -> None:
        fill = partial(self._review, work)
        await self._tell(work, await self.windows.show(work, MAP_TITLE, "Reading the proposal…", fill))

    async def submitted(self, work: Admitted) -> None:
        meant = opened_from(work.payload)
        there = located(work, meant)
        try:
            told = await self._write(there, meant.get("proposal", ""))
        except StoreUnavailable:
            told = LATER
        await self._tell(there, told)

    async def _tell(self, work: Admitted, told: Outcome | None) -> None:
        if told is not None:
            footer = Footer(request=work.row_id, correlation=work.request.correlation)
            await self.responding.whisper(work, render(told, self.windows.out, footer))

    async def _review(self, work: Admitted) -> View | Outcome:
        row = await self._row(work, str(work.payload.get("value", "")))
        if row is None:
            return Refusal(OLD, reference=work.row_id)
        if refusal := await refused(self.core, work, Permission.SYSTEM_WRITE, "services confirm"):
            return refusal
        entries = self._entries(work, row)
        if not entries:
            return Refusal(DONE, reference=work.row_id)
        where = {"proposal": row.id, "channel": work.place.channel, "thread": work.place.thread}
        return review(entries, self.windows.out, json.dumps(where))

    async def _write(self, work: Admitted, proposal: str) -> Outcome | None:
        """The right is judged again; what is written is what was shown, not what the window sends back."""
        row = await self._row(work, proposal)
        if row is None:
            return Refusal(OLD, reference=work.row_id)
        if refusal := await refused(self.core, work, Permission.SYSTEM_WRITE, "services confirm"):
            return refusal
        ticked = work.payload.get("chosen")
        wanted = {str(one) for one in ticked} if isinstance(ticked, list) else set()
        meant = [entry for number, entry in enumerate(row.body["entries"]) if str(number) in wanted]
        if not meant:
            return Refusal(f"Nothing was ticked. {NOTHING}", reference=work.row_id)
        if not await self.core.map.wrote(row.workspace, work.actor.id, meant, work.request.at):
            open_ = [entry for _, entry in self._entries(work, row)]
            if any(entry not in open_ for entry in meant):
                return Refusal(SOME, reference=work.row_id)
            said = said_by(turn_of(work.request))
            if problem := await self.core.map.confirm(row.workspace, work.actor.id, meant, said):
                return Refusal(f"{problem} {NOTHING}", reference=work.row_id)
        await self._announce(work, meant)
        return None

    async def _announce(self, work: Admitted, chosen: Sequence[Mapping[str, Any]]) -> None:
        """Once, also where Slack or the process was away after it was written."""
        names = self.windows.out.mrkdwn(", ".join(str(entry["name"]) for entry in chosen), 1_500)
        text = f"{who(work.actor.id)} confirmed for the service map: {names}. `services forget NAME` takes one back."
        await self.windows.outgoing.post(f"map:{work.row_id}", work.place.channel, work.place.thread, Message(text, (section(text),)))  # fmt: skip

    async def _row(self, work: Admitted, key: str) -> ProposalRow | None:
        db = self.core.db
        row = await db.read_whole(lambda tx: db.service_map.proposal(tx, key))
        here = (work.place.workspace, work.place.channel)
        return row if row is not None and (row.workspace, row.channel) == here else None

    def _entries(self, work: Admitted, row: ProposalRow) -> list[tuple[int, Mapping[str, Any]]]:
        """What this person may see of it, and is not in the map by now, by its place in what was proposed."""
        reach = partial(self.core.policy.policy.reach, work.actor, work.place)
        offered = list(row.body["entries"])
        seen = self.core.map.visible(
            offered, reach(Permission.KUBERNETES_READ), reach(Permission.MONITORING_READ)
        )
        return [(number, entry) for number, entry in enumerate(offered) if entry in seen]
