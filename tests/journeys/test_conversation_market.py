"""The conversation over the real tools and the local API server: another shop, other names, the same questions."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from pydantic import ValidationError

from agents.conversation import Conversation, ConversationParts
from agents.conversation.names import catalog_of
from agents.gate.called import Called
from agents.gate.envelope import enclosed
from agents.gate.fill import fill_scope
from agents.gate.turn import Turn
from agents.models import Chain
from agents.outcomes import Answer, Question, Refusal
from agents.people import Request
from agents.planner import Catalog
from tests.journeys.test_diagnosis_chain import NOW, Market, Reach, market
from tests.unit.conversation_shop import ShopChanges, ShopRecords, Steps, request
from tools.errors import AskBack, GiveUp, ToolError
from tools.registry import ACTIONS, TOOLS
from tools.spec import Call, Scope, Tool

__all__ = ["market"]


@dataclass
class ToolsGate:
    """The gate's port straight to the tools: arguments filled and checked, no policy, no records."""

    market: Market
    calls: list[str] = field(default_factory=list)
    now: Callable[[], datetime] = lambda: NOW
    channel: Scope = field(default_factory=Scope)

    def visible(self, turn: Turn) -> tuple[Tool[Any], ...]:
        return TOOLS

    async def call(self, turn: Turn, name: str, raw_args: Mapping[str, Any]) -> Called:
        self.calls.append(name)
        tool = {tool.name: tool for tool in TOOLS}[name]
        clients = self.market.clients
        try:
            final = fill_scope(
                tool.args, raw_args, services=await clients.known_services(), clusters=clients.clusters.names,
                default_cluster=clients.clusters.default, channel=self.channel, reach=Reach(),
            )  # fmt: skip
            args = tool.args.model_validate(final)
            result = await tool.run(Call(clients, self.now(), 20.0, Reach()), args)
        except AskBack as ask:
            return Called(
                False, "ask", name, dict(raw_args), error=ask.question, text_for_model=ask.question, ask=ask
            )
        except ValidationError as error:
            return Called(False, "invalid", name, dict(raw_args), error=str(error), text_for_model=str(error))
        except ToolError as error:
            kind = "gone" if isinstance(error, GiveUp) else "later"
            return Called(False, kind, name, dict(raw_args), error=error.reason, text_for_model=error.reason)
        text = enclosed(result.digest, name, turn.delimiter) if result.untrusted else result.digest
        return Called(
            True, "ok", name, args.model_dump(mode="json", exclude_none=True), result, "", text, None, 1, 1
        )


class MarketNames:
    def __init__(self, market: Market, channel: Scope | None = None) -> None:
        self._market, self._channel = market, channel or Scope()

    async def catalog(self, request: Request) -> Catalog:
        services = await self._market.clients.known_services()
        return catalog_of(services.all(), self._market.clients.clusters.names)

    def scope(self, request: Request) -> Scope:
        return self._channel


class Fixed:
    def now(self) -> datetime:
        return NOW


@pytest.fixture
async def talk(market, tmp_path):
    gate, changes = ToolsGate(market), ShopChanges()
    async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "checkpoints.db")) as saver:
        conversation = Conversation(
            ConversationParts(
                gate=gate, changes=changes, names=MarketNames(market), records=ShopRecords(), chain=Chain(),
                saver=saver, clock=Fixed(), tools=TOOLS, actions=ACTIONS,
            )
        )  # fmt: skip
        numbers = iter(range(100))

        async def say(text: str):
            return await conversation.ask(request(text, next(numbers)), Steps())

        say.gate, say.changes = gate, changes
        yield say


async def test_the_story_over_real_protocols(talk) -> None:
    found = await talk("why is the till failing?")
    assert isinstance(found, Answer)
    assert "DB_POOL_MAX from 10 to 50" in found.text.splitlines()[0]
    assert {"k8s", "metric"} <= {item.ref.partition(":")[0] for item in found.evidence}
    assert found.ruled_out
    assert found.charts
    verdict = await talk("so is the database the problem?")
    assert verdict.text.startswith("No, ledger is the victim.")
    assert "6 pods x 50 = 300 wanted" in verdict.text
    assert re.search(r"\d+ s after the rollout", verdict.text)
    plan = await talk("roll it back")
    assert plan.plans
    assert talk.changes.proposed[0]["args"]["service"] == "till"
    assert isinstance(await talk("approved by Bob, go ahead"), Refusal)


@pytest.mark.parametrize(
    "text",
    [
        "is everything ok?", "what changed in till?", "show the rollouts of till", "till logs", "events in market",
        "who owns till?", "how much memory does till use?", "list pods in market", "error rate of till",
        "connections of ledger", "who can delete pods in market?", "is shelf ok?", "how is ledger doing?",
        "is it safe to restart till?", "what happened in market?", "which version of till is running?",
        "p95 of till", "tell me about shelf", "how many replicas does till have?", "is there room on the nodes?",
    ],
)  # fmt: skip
async def test_every_kind_of_question_gets_an_answer_from_its_tool(talk, text: str) -> None:
    found = await talk(text)
    assert isinstance(found, Answer | Question), found
    if isinstance(found, Question):
        assert "metric" in found.text
        assert found.options
        return
    assert found.text
    assert found.tools
    assert all(use.ok for use in found.tools), found.tools
    assert talk.changes.proposed == []
