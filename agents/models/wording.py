"""The wording of digests by the models of the setting: one short call with a prompt of its own, and no tools."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from agents.digests.wording import Worded
from agents.models.chain import Chain, ModelEntry
from agents.models.errors import ModelsAway
from agents.models.tokens import used
from agents.people import Actor
from prompts import load

if TYPE_CHECKING:
    from agents.conversation.allowance import AllowancePort

WAIT_S: Final = 10.0  # a digest that comes later than its minute is worse than one in code's words
CALL_S: Final = 30.0


@dataclass(frozen=True)
class ModelWording:
    chain: Chain
    clean: Callable[[str], str]
    allowance: AllowancePort
    wait_s: float = WAIT_S

    async def word(self, facts: str, actor: Actor) -> Worded | None:
        if not self.chain.available() or await self.allowance.spent(actor):
            return None
        try:
            async with asyncio.timeout(self.wait_s):
                return await self._asked(facts, actor)
        except (ModelsAway, TimeoutError):
            return None

    async def _asked(self, facts: str, actor: Actor) -> Worded | None:
        from langchain_core.messages import HumanMessage, SystemMessage

        prompt, mark = load("digest"), secrets.token_hex(8)
        data = f"<data-{mark} untrusted>\n{self.clean(facts)}\n</data-{mark}>"
        messages = [SystemMessage(prompt.text), HumanMessage(data)]

        async def ask(entry: ModelEntry) -> Any:
            return await entry.model.ainvoke(messages)

        reply, spec, _ = await self.chain.run(ask, asyncio.get_running_loop().time() + CALL_S)
        await self.allowance.used(actor, used(reply))
        text = self.clean(" ".join(str(reply.text).split()))
        return Worded(text, f"{spec.model}, {prompt.label}") if text else None
