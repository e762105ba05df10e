"""The audit rows around one tool call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.gate.spool import SpoolFull
from agents.gate.turn import Turn
from agents.gate.words import args_hash
from agents.policy import Decision, Policy
from agents.trail import Trail
from storage.audit.events import AuditEvent, EventType
from storage.clock import Clock
from storage.errors import StoreUnavailable
from storage.tx import Job


def said_by(turn: Turn) -> dict[str, Any]:
    """Who and where, as the fields of an audit event."""
    request = turn.request
    actor = request.actor
    who: dict[str, Any] = {"team_id": actor.team, "user_id": actor.user, "standing": actor.standing}
    if actor.os_user:
        who["os_user"] = actor.os_user
    return {
        "workspace": request.place.workspace,
        "actor": who,
        "on_behalf_of": turn.on_behalf or None,
        "channel": "cli" if request.place.kind == "cli" else request.place.channel,
        "thread": request.place.thread,
        "correlation": request.correlation,
        "request": request.id,
    }


def decided(decision: Decision, policy: Policy) -> dict[str, Any]:
    return {
        "allow": decision.allow,
        "rule": decision.rule_id,
        "reason": decision.reason,
        "roles": list(decision.roles),
        "policy": policy.hash,
    }


class Records:
    def __init__(self, trail: Trail, clock: Clock) -> None:
        self._trail = trail
        self._clock = clock

    async def decision(
        self, turn: Turn, tool: str, args: Mapping[str, Any], decision: Decision, policy: Policy
    ) -> int:
        event = AuditEvent(
            type=EventType("authz.decision"),
            **said_by(turn),
            tool=tool,
            args=dict(args),
            args_hash=args_hash(args),
            decision=decided(decision, policy),
        )
        return await self._trail.keep(event, self._clock.now())

    async def result(
        self,
        turn: Turn,
        tool: str,
        args: Mapping[str, Any],
        *,
        kind: str,
        error: str = "",
        upstream: str = "",
        ms: int = 0,
        beside: Job[object] | None = None,
    ) -> int:
        event = AuditEvent(
            type=EventType("tool.result"),
            **said_by(turn),
            tool=tool,
            args_hash=args_hash(args),
            result=kind,
            error=error or None,
            upstream_id=upstream or None,
            duration_ms=ms,
        )
        return await self._trail.keep(event, self._clock.now(), beside)

    async def crashed(self, turn: Turn, tool: str, args: Mapping[str, Any], error: str) -> None:
        """The row of a call that ended in a bug or was cancelled; best effort, the first error matters more."""
        try:
            await self.result(turn, tool, args, kind="crashed", error=error)
        except (StoreUnavailable, SpoolFull):
            return
