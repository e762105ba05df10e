"""What a person's questions may cost: tokens of models a day, evenly refilled; all processes count together in Redis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from agents.people import Actor
from agents.policy import Policy
from storage.limits import Limits

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Spent:
    """Why no model may be asked for a person, and in how many seconds one may; 0 where waiting does not help."""

    why: str
    seconds: float = 0.0


class AllowancePort(Protocol):
    async def spent(self, actor: Actor) -> Spent | None:
        """Why no model may be asked for this person now; None while one may."""

    async def used(self, actor: Actor, tokens: int) -> None: ...

    async def left(self, actor: Actor) -> tuple[int, int]:
        """About how many tokens may be used now, and how many a day."""


@dataclass(frozen=True)
class Allowance:
    """The last question may go beyond it and is answered; what it took too much comes off what is refilled."""

    limits: Limits
    policy: Callable[[], Policy]

    async def spent(self, actor: Actor) -> Spent | None:
        most = self._most()
        if not most:
            return Spent("the policy allows no model")
        wait = await self.limits.charge(self._name(actor), most, DAY_S, 0)
        return Spent(f"your {most:,} tokens a day are used up", wait) if wait else None

    async def used(self, actor: Actor, tokens: int) -> None:
        most = self._most()
        if tokens and most:
            await self.limits.charge(self._name(actor), most, DAY_S, tokens)

    async def left(self, actor: Actor) -> tuple[int, int]:
        """About how many tokens may be used now, and how many a day; nothing is counted by asking."""
        most = self._most()
        if not most:
            return 0, 0
        owed = await self.limits.charge(self._name(actor), most, 0.0, 0)  # seconds until all are there again
        return max(0, round(most * (1 - owed / DAY_S))), most

    def _most(self) -> int:
        return self.policy().limits.tokens_per_person_day

    def _name(self, actor: Actor) -> str:
        """One person with two accounts has one allowance."""
        person = self.policy().person_of(actor)
        return f"{actor.team}:tokens:{person.name if person else actor.user}"


class Unlimited:
    """Where nobody counts."""

    async def spent(self, actor: Actor) -> Spent | None:  # noqa: ARG002 - the port's form
        return None

    async def used(self, actor: Actor, tokens: int) -> None:
        """Nothing is counted."""

    async def left(self, actor: Actor) -> tuple[int, int]:  # noqa: ARG002
        return 0, 0
