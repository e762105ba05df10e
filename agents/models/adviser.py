"""The adviser that asks the models of the setting: one short call with a prompt of its own, and no tools."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from agents.advice import Advice, Asked, facts, read
from agents.models.chain import Chain, ModelEntry
from agents.models.errors import ModelsAway
from agents.models.tokens import used
from prompts import load

if TYPE_CHECKING:
    from agents.conversation.allowance import AllowancePort

WAIT_S: Final = 4.0  # people wait for their card: later than this it is made without a model's view
CALL_S: Final = (
    30.0  # what the chain may take; our own wait ends first, so that no breaker counts it as a failure
)


@dataclass(frozen=True)
class ModelAdviser:
    chain: Chain
    clean: Callable[[str], str]
    allowance: AllowancePort
    wait_s: float = WAIT_S

    async def advise(self, asked: Asked) -> Advice | None:
        if not self.chain.available() or await self.allowance.spent(asked.actor):
            return None
        try:
            async with asyncio.timeout(self.wait_s):
                return await self._asked(asked)
        except (ModelsAway, TimeoutError):
            return None

    async def _asked(self, asked: Asked) -> Advice | None:
        from langchain_core.messages import HumanMessage, SystemMessage

        prompt = load("risk", risk=asked.risk.value)
        messages = [SystemMessage(prompt.text), HumanMessage(facts(asked, self.clean))]

        async def ask(entry: ModelEntry) -> Any:
            return await entry.model.ainvoke(messages)

        reply, spec, _ = await self.chain.run(ask, asyncio.get_running_loop().time() + CALL_S)
        await self.allowance.used(asked.actor, used(reply))
        return read(str(reply.text), f"{spec.model}, {prompt.label}", self.clean)
