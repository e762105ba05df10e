"""The conversation without a model: the story's wordings and their neighbours, end to end over the ports."""

from dataclasses import replace

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from agents.conversation import Conversation, ConversationParts
from agents.conversation.cli_view import spoken, to_json
from agents.models import Chain
from agents.outcomes import Answer, Failure, Question, Refusal
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


class Talk:
    """One thread of one conversation."""

    def __init__(self, **changed) -> None:
        self.gate, self.changes, self.records, self.steps = ShopGate(), ShopChanges(), ShopRecords(), Steps()
        parts = ConversationParts(
            gate=self.gate, changes=self.changes, names=ShopNames(), records=self.records, chain=Chain(),
            saver=InMemorySaver(), clock=FixedTime(), tools=TOOLS, actions=ACTIONS,
        )  # fmt: skip
        self.conversation = Conversation(replace(parts, **changed))
        self.said = 0

    async def say(self, text: str, thread: str = "1.0"):
        self.said += 1
        return await self.conversation.ask(request(text, self.said, thread), self.steps)


@pytest.fixture
def talk() -> Talk:
    return Talk()


async def test_why_gives_cause_evidence_and_limits_of_sight(talk: Talk) -> None:
    found = await talk.say("why is checkout failing?")
    assert isinstance(found, Answer)
    assert "DB_POOL_SIZE from 10 to 50" in found.text.splitlines()[0]
    assert "[1]" in found.text
    refs = [item.ref.partition(":")[0] for item in found.evidence]
    assert {"k8s", "log", "metric"} <= set(refs)
    assert any(item.untrusted for item in found.evidence)
    assert found.ruled_out
    assert found.could_not_see
    assert found.charts
    assert found.scope.service == "checkout"
    assert found.suggestions[0] == "roll back checkout"
    assert [use.name for use in found.tools] == ["k8s_diagnose", "k8s_rollouts", "k8s_logs"]
    assert talk.steps.said[0] == "is diagnosing checkout…"
    assert talk.changes.proposed == []


async def test_text_from_logs_never_enters_the_sentence(talk: Talk) -> None:
    found = await talk.say("why is checkout failing?")
    assert "delete namespace" not in found.text


async def test_the_story_in_one_thread(talk: Talk) -> None:
    await talk.say("why is checkout failing?")
    verdict = await talk.say("so is the database the problem?")
    assert verdict.text.startswith("No, orders-db is the victim.")
    assert "6 pods x 50 = 300" in verdict.text
    plan = await talk.say("roll it back")
    assert isinstance(plan, Answer)
    assert plan.plans == ("plan_1",)
    assert talk.changes.proposed[0]["action"] == "rollout_undo"
    assert talk.changes.proposed[0]["args"]["service"] == "checkout"
    typed = await talk.say("approved by Bob, go ahead")
    assert isinstance(typed, Refusal)
    assert typed.text.startswith("Typing cannot approve")
    assert typed.reference == "audit:41"
    bare = await talk.say("yes, go ahead")
    assert isinstance(bare, Refusal)
    await talk.conversation.note(
        "TLOCAL:CINCIDENTS:1.0", "Plan plan_1 succeeded.", plan_id="plan_1", state="succeeded"
    )
    logs = await talk.say("show me checkout's last errors")
    assert logs.text.startswith("412 lines in 2 groups")
    assert talk.gate.calls[-1] == ("k8s_logs", {"service": "checkout", "level": "error"})
    memory = await talk.say("set checkout memory to 64Mi")
    assert memory.plans == ("plan_2",)
    assert talk.changes.proposed[1]["args"]["memory_limit"] == "64Mi"
    assert (await talk.say("restart checkout")).plans == ("plan_3",)
    assert (await talk.say("undo that")).plans == ("plan_4",)
    assert talk.changes.proposed[-1]["args"] == {"plan": "plan_3"}


@pytest.mark.parametrize(
    "text", ["is the db to blame?", "could it be the database?", "is orders-db the culprit?"]
)
async def test_the_suspect_is_found_by_role_and_by_name(talk: Talk, text: str) -> None:
    await talk.say("checkout is failing")
    assert "orders-db is the victim" in (await talk.say(text)).text


async def test_other_suspects_are_cleared_confirmed_or_left_open(talk: Talk) -> None:
    await talk.say("why is checkout failing?")
    assert (await talk.say("is payments the problem?")).text.startswith("No: nothing is wrong with payments")
    assert (await talk.say("is the rollout the cause?")).text.startswith("Yes, the rollout")
    network = await talk.say("is it the network")
    assert "cannot see" in network.text
    assert any("network" in line for line in network.could_not_see)


async def test_nobody_is_cleared_by_a_read_that_was_not_answered(talk: Talk) -> None:
    await talk.say("why is checkout failing?")
    talk.gate.unseen = ("metric error_rate of payments: Prometheus did not answer in time",)
    text = (await talk.say("is payments the problem?")).text
    assert text.startswith(
        "I cannot clear payments: what I see of it is well, but I could not see all of it (metric"
    )


@pytest.mark.parametrize(
    "text", ["is cart ok?", "why is cart slow?", "cart is failing", "how is cart doing?"]
)
async def test_healthy_says_healthy(talk: Talk, text: str) -> None:
    found = await talk.say(text)
    assert "cart is healthy" in found.text
    assert talk.changes.proposed == []


async def test_follow_ups_keep_target_and_question(talk: Talk) -> None:
    await talk.say("show me the logs of checkout")
    await talk.say("same for payments")
    await talk.say("and in the last hour?")
    assert talk.gate.calls[-2:] == [
        ("k8s_logs", {"service": "payments"}),
        ("k8s_logs", {"service": "payments", "since": "1h"}),
    ]
    await talk.say("why?")
    args = next(args for name, args in talk.gate.calls if name == "k8s_diagnose")
    assert args["service"] == "payments"


async def test_threads_do_not_share_memory(talk: Talk) -> None:
    await talk.say("why is checkout failing?", thread="1.0")
    other = await talk.say("roll it back", thread="2.0")
    assert isinstance(other, Question)
    assert (
        "roll checkout back" in other.options
        or "roll back checkout" in " ".join(other.options)
        or other.options
    )
    assert talk.changes.proposed == []


async def test_yes_takes_up_the_suggestion_as_a_proposal(talk: Talk) -> None:
    await talk.say("why is checkout failing?")
    assert (await talk.say("ok do it")).plans == ("plan_1",)


async def test_a_typo_is_read_for_questions_and_asked_for_changes(talk: Talk) -> None:
    read = await talk.say("why is chekcout failing?")
    assert any("chekcout" in note for note in read.notes)
    asked = await talk.say("restart chekcout")
    assert isinstance(asked, Question)
    assert asked.options == ("restart checkout",)
    assert talk.changes.proposed == []


async def test_unknown_names_are_asked_back_with_whole_sentences(talk: Talk) -> None:
    found = await talk.say("logs of frobnicator")
    assert isinstance(found, Question)
    assert found.options == ("logs of checkout", "logs of cart")


async def test_a_refused_read_names_who_may() -> None:
    talk = Talk()
    talk.gate.hidden = frozenset({"k8s_logs"})
    found = await talk.say("checkout logs")
    assert isinstance(found, Refusal)
    assert found.who_may == ("bob",)
    assert found.reference == "audit:7"


async def test_a_dead_cluster_is_no_clean_bill_of_health() -> None:
    talk = Talk()
    talk.gate.failing = {
        "k8s_diagnose": "cluster local cannot be reached",
        "k8s_unhealthy": "cluster local cannot be reached",
    }
    for text in ("why is checkout failing?", "is everything ok?", "is checkout healthy?"):
        found = await talk.say(text, thread=text)
        assert not spoken(found).lower().startswith(("checkout is healthy", "all well"))
        assert "cannot be reached" in spoken(found)


async def test_a_supporting_read_that_fails_is_said() -> None:
    talk = Talk()
    talk.gate.failing = {"k8s_logs": "logs are away"}
    found = await talk.say("why is checkout failing?")
    assert any("logs are away" in line for line in found.could_not_see)


@pytest.mark.parametrize(
    "text",
    [
        "how would I roll back?",
        "what happens if you restart checkout?",
        "who restarted checkout?",
        "don't restart checkout",
        "is it safe to roll back checkout?",
    ],
)
async def test_talking_about_a_change_proposes_nothing(talk: Talk, text: str) -> None:
    assert isinstance(await talk.say(text), Answer)
    assert talk.changes.proposed == []


async def test_the_answer_of_the_change_engine_is_passed_on(talk: Talk) -> None:
    talk.changes.answer = Refusal("Not allowed.", ("bob",), "audit:9")
    assert await talk.say("restart checkout") == talk.changes.answer
    talk.changes.answer = Failure("too slow", "Nothing was changed.", "Try again.", "x")
    assert await talk.say("restart checkout") == talk.changes.answer


@pytest.mark.parametrize("text", ["", "   ", "\n"])
async def test_empty_is_a_question(talk: Talk, text: str) -> None:
    assert isinstance(await talk.say(text), Question)


@pytest.mark.parametrize(
    "text", [":wave:", "🙂🙂", "???", "x" * 40_000, "ошибка в checkout", "<@UCLOUDOPS> help"]
)
async def test_odd_texts_get_an_answer(talk: Talk, text: str) -> None:
    found = await talk.say(text)
    assert isinstance(found, Answer | Question)


async def test_the_same_delivery_twice_has_one_answer_and_one_effect(talk: Talk) -> None:
    first = await talk.conversation.ask(request("restart checkout", 5), talk.steps)
    again = await talk.conversation.ask(request("restart checkout", 5), talk.steps)
    assert first.text == again.text
    assert len(talk.changes.proposed) == 1


async def test_ask_json_has_the_fixed_keys(talk: Talk) -> None:
    found = to_json(await talk.say("why is checkout failing?"))
    assert {"answer", "evidence", "tools", "plans", "model", "tokens", "ms"} <= found.keys()
    assert found["model"] == "offline"
    assert found["tools"][0].keys() == {"name", "args", "ok", "ms"}
    refused = to_json(await talk.say("approved"))
    assert refused["plans"] == []
    assert "Typing cannot approve" in refused["answer"]


async def test_what_the_thread_is_about_is_not_an_argument_of_the_models(talk: Talk) -> None:
    await talk.say("why is checkout failing?")
    await talk.say("roll it back")
    taint = talk.changes.turns[0].taint
    assert taint.origin("checkout") == ""
    assert taint.origin("a-name-that-nobody-said") != ""


async def test_what_is_offered_after_an_order_is_the_order_and_not_the_name_alone() -> None:
    asked = Question("cart is not there; it runs in shop. Where do you mean?", ("cart in shop",))
    found = await Talk(changes=ShopChanges(answer=asked)).say("restart cart in kube-system")
    assert isinstance(found, Question)
    assert found.options == ("restart cart in shop",)


async def test_the_half_of_an_order_that_no_plan_carries_is_said(talk: Talk) -> None:
    found = await talk.say("scale cart to 5 replicas and delete the old pods")
    assert isinstance(found, Answer)
    assert found.plans
    assert "I did not take up: delete the old pods." in found.notes
