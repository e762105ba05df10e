"""Looking again at what a call gave a while ago: who may, by their rights now. Nothing is read for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from agents.gate.called import Called
from agents.gate.records import Records
from agents.gate.turn import Turn
from agents.policy import Permission, PolicyStore
from tools.spec import Tool


@dataclass(frozen=True)
class Looking:
    tools: Mapping[str, Tool[Any]]
    policy: PolicyStore
    records: Records

    def reach(self, turn: Turn, name: str, final: Mapping[str, Any]) -> str:
        """Equal for all who would be told the same by this call; empty for who would be told nothing."""
        needed = self._needed(name, final)
        if not needed:
            return ""
        request, policy = turn.request, self.policy.policy
        if not policy.holds(request.actor, request.place, needed, name):
            return ""
        rights = (needed, Permission.MONITORING_READ)
        return "".join(policy.reach(request.actor, request.place, right, name).key for right in rights)

    async def refused(self, turn: Turn, name: str, final: Mapping[str, Any]) -> Called | None:
        """None when the person may; the decision is on record either way. Raises StoreUnavailable, SpoolFull."""
        policy, request = self.policy.policy, turn.request
        tool, needed = self.tools.get(name), self._needed(name, final)
        if tool is None or not needed:
            return Called(False, "refused", name, final, error=f"there is no {name[:80]} any more")
        decision = policy.decide(request.actor, request.place, needed, tool=name, args=final, risk=tool.risk)
        seq = await self.records.decision(turn, name, final, decision, policy)
        if decision.allow:
            return None
        text = f"not allowed: {decision.reason}"
        return Called(False, "refused", name, final, error=text, audit=seq, who_may=decision.who_may)

    def _needed(self, name: str, final: Mapping[str, Any]) -> str:
        """The right that these arguments need; empty where the tool or its arguments are others by now."""
        tool = self.tools.get(name)
        try:
            return tool.needs(tool.args.model_validate(dict(final))) if tool is not None else ""
        except ValidationError:
            return ""
