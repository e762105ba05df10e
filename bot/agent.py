"""The agent stack: models, memory of threads, conversation. Imported when it is needed, it is the slow part."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from agents.changes.runbooks.sealed import RUNBOOK
from agents.conversation import Conversation, ConversationParts
from agents.conversation.allowance import Allowance
from agents.conversation.names import ServiceNames
from agents.conversation.records import ConversationRecords
from agents.incidents.around import RoomsAround
from agents.models import ModelsConfig, build_chain
from agents.models.adviser import ModelAdviser
from agents.models.wording import ModelWording
from bot.commands.memory import book_of
from bot.core import Core
from bot.settings import Settings
from storage.checkpoints import open_checkpoints
from tools.plan import Action


def models_config(settings: Settings) -> ModelsConfig:
    return ModelsConfig(
        llm=settings.llm,
        groq_api_key=settings.groq_api_key,
        groq_base_url=settings.groq_base_url,
        openai_api_key=settings.openai_api_key,
        openai_base_url=settings.openai_base_url,
    )


def runbooks_of(core: Core) -> tuple[Action[Any], ...]:
    """The action that runs them, where there are any: a model finds it by searching, its prompt does not grow."""
    found = core.changes.actions.get(RUNBOOK)
    return (found,) if found else ()


@asynccontextmanager
async def open_conversation(core: Core) -> AsyncIterator[Conversation]:
    """Raises ValueError when the LLM setting cannot be used; the message names the setting."""
    chain = build_chain(models_config(core.settings))
    allowance = Allowance(core.quick.limits, lambda: core.policy.policy)
    if chain:
        core.relays.adviser.to = ModelAdviser(chain, core.redactor.clean, allowance)
        core.relays.wording.to = ModelWording(chain, core.redactor.clean, allowance)
    async with open_checkpoints(core.settings.database_url) as checkpoints:
        parts = ConversationParts(
            gate=core.gate,
            changes=core.changes,
            names=ServiceNames(core.clients, core.policy),
            records=ConversationRecords(core.trail, core.clock),
            chain=chain,
            saver=checkpoints.saver,
            clock=core.clock,
            tools=core.tools,
            actions=(*core.actions, *runbooks_of(core)),
            pruner=checkpoints,
            allowance=allowance,
            around=RoomsAround(core.db, book_of(core)),
        )
        try:
            yield Conversation(parts)
        finally:
            await chain.close()
