"""The button under a refusal: those who may are asked, each in a direct message, to propose what was ordered."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from agents.outcomes import Answer, Question, Refusal
from agents.policy import Permission
from bot.core import Core
from bot.intake import Admitted
from bot.outgoing import Outgoing
from bot.replies.answer import Footer, render
from bot.replies.blocks import Message
from bot.replies.states import NOTHING
from bot.replies.text import Outbound
from bot.responding import Responding

MOST = 3  # people asked at once


@dataclass
class AskOthers:
    core: Core
    outgoing: Outgoing
    responding: Responding
    out: Outbound

    async def __call__(self, work: Admitted) -> None:
        """Nothing is proposed by this: whoever was asked does so in their own name, or does not."""
        order, footer = str(work.payload.get("value", "")), self._footer(work)
        decision = self.core.policy.policy.decide(work.actor, work.place, Permission.REMEDIATION_EXECUTE)
        people = [(name, user) for name in decision.who_may if (user := self._user(work, name))][:MOST]
        for _, user in people:
            await self.outgoing.post(_key(work, order, user), user, "", self._wish(work, order))
        names = ", ".join(name for name, _ in people)
        told = (
            Answer(f"I asked {names} to propose it. {NOTHING}", model="no model")
            if people
            else Refusal(f"I know nobody whom I could ask. {NOTHING}", reference=work.row_id)
        )
        await self.responding.whisper(work, render(told, self.out, footer))

    def _user(self, work: Admitted, name: str) -> str:
        """Their account in this workspace."""
        person = self.core.policy.policy.person_named(name)
        accounts = [account.partition(":") for account in (person.accounts if person else ())]
        return next((user for team, _, user in accounts if team == work.place.workspace), "")

    def _wish(self, work: Admitted, order: str) -> Message:
        who = self.core.policy.policy.person_of(work.actor)
        text = f"{who.name if who else 'Somebody'} asks you to propose: {order}. They may not themselves. {NOTHING}"
        return render(Question(text, (order,)), self.out, self._footer(work))

    def _footer(self, work: Admitted) -> Footer:
        return Footer(request=work.row_id, correlation=work.request.correlation)


def _key(work: Admitted, order: str, user: str) -> str:
    """The same wish of the same thread reaches a person once, however often the button is pressed."""
    wish = hashlib.sha256(f"{work.place.key}\n{order}".encode()).hexdigest()[:24]
    return f"wish:{wish}:{user}"
