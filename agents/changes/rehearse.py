"""A proposal up to the point where it would be sealed: planned, dry-run and judged by the same code, and not stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.changes.propose import Proposer, Refused
from agents.changes.seal import Plan
from agents.gate.turn import Turn
from agents.outcomes import Failure, Question, Refusal

Rehearsed = Plan | Refusal | Question | Failure


class Rehearsing(Proposer):
    async def rehearse(self, turn: Turn, name: str, raw: Mapping[str, Any]) -> Rehearsed:
        """What `propose` would seal. Never raises for what people, policy, clouds or the store do."""
        return await self._answered(turn, self._rehearse(turn, name, raw))

    async def _rehearse(self, turn: Turn, name: str, raw: Mapping[str, Any]) -> Plan:
        action = self._actions.get(name)
        if action is None:
            raise Refused(Question(f"I know no change {name[:60]!r}. Which one?", tuple(self._actions)))
        await self._may_ask(turn, action.permission, action.name, raw)
        wish = await self._wish(turn, action, raw, "rehearsal", None)
        return await self._judge(wish, await self._draft(wish))
