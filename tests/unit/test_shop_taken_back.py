"""The broken shop after changes that were taken back: the cause stays the true one, and the way back is a good one."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from agents.conversation import Conversation, ConversationParts
from agents.headline import headline
from agents.models import Chain
from tests.journeys.test_conversation_market import MarketNames, ToolsGate
from tests.unit.conversation_shop import ShopChanges, ShopRecords, Steps, request
from tests.unit.stages import Reach, Running
from tests.unit.test_shop_broken import checkout, rolled
from tools.approved import Approved
from tools.clients import Clients
from tools.cluster.answers import Conflict
from tools.registry import ACTIONS, TOOLS
from tools.spec import Call, Scope

SHOP = Scope("local", "shop")
ACTION = {action.name: action for action in ACTIONS}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """64Mi was tried and taken back by the plan itself."""
    running = Running("shop", tmp_path_factory.mktemp("shop"))
    yield running
    running.stop()


async def act(shop, name, step, **args):
    """Plan, write and, for `step` rollback, take it back as a failed verification does."""
    async with shop.clients() as clients:
        call = Call(clients, datetime.now(UTC), 20.0, Reach())
        action = ACTION[name]
        draft = await planned(call, action, action.args(namespace="shop", name="checkout", **args))
        if step != "plan":
            await applied(call, action, draft)
        if step == "rollback":
            shop.wait(lambda: killed(shop))
            await action.roll_back(call, approved(draft, "rollback"))
    if step != "plan":
        shop.wait(rolled(shop), 40)
    return draft


async def applied(call, action, draft):
    """As the engine does it: a count that the controller writes meanwhile means to read again."""
    for _ in range(5):
        again = await action.reread(call, draft)
        try:
            return await action.apply(call, approved(draft, "apply"), again.precondition)
        except Conflict:
            await asyncio.sleep(0.2)
    raise AssertionError("the Deployment does not come to rest")


async def planned(call, action, args):
    """A count that the controller writes between reading and asking the server is no matter here."""
    for _ in range(5):
        try:
            return await action.plan(call, args)
        except Conflict:
            await asyncio.sleep(0.2)
    raise AssertionError("the Deployment does not come to rest")


def approved(draft, step):
    return Approved("plan_6", "hash", draft, "alice", ("bob",), f"plan_6:{step}")


def killed(shop):
    return any(
        (state["lastState"].get("terminated") or {}).get("reason") == "OOMKilled"
        for pod in shop.stage.store.list("v1/pods", "shop")
        for state in pod["status"].get("containerStatuses") or []
    )


def number(shop):
    return shop.call(checkout, shop)["metadata"]["annotations"]["deployment.kubernetes.io/revision"]


async def test_what_was_taken_back_hides_no_cause_and_is_no_way_back(shop):
    await act(shop, "set_resources", "rollback", memory_limit="64Mi")
    assert number(shop) == "7"
    await the_cause_is_still_the_pool(shop)
    await the_history_is_in_the_order_of_time(shop)
    await the_answers_in_words_say_so(shop)
    await the_way_back_passes_what_failed(shop)
    await rolled_back_first_then_memory(shop)


async def the_cause_is_still_the_pool(shop):
    result = await shop.ask("k8s_diagnose", service="checkout", namespace="shop")
    found = result.data["findings"][0]
    assert found["fault"] == "bad_release", result.digest
    assert "rollout to revision 5 (now 7)" in found["cause"]
    assert "DB_POOL_SIZE from 10 to 50" in found["cause"]
    assert "memory" not in found["cause"]
    assert found["detail"]["previous"] == 4


async def the_history_is_in_the_order_of_time(shop):
    result = await shop.ask("k8s_rollouts", service="checkout", namespace="shop")
    rows = {row["revision"]: row for row in result.data["revisions"]}
    paths = {n: [c["path"].rpartition(".")[2] for c in rows[n]["changes"]] for n in (5, 6, 7)}
    assert any("DB_POOL_SIZE" in path for path in paths[5])
    assert not any("DB_POOL_SIZE" in path for path in (*paths[6], *paths[7]))
    assert rows[7]["former"] == [5]
    assert "checkout revision 7 (was 5) (now)" in result.digest
    said = headline("k8s_rollouts", result)
    assert said.startswith("checkout went back to revision 5, as revision 7,")


class Now:
    def now(self):
        return datetime.now(UTC)


@dataclass
class Place:
    clients: Clients


async def the_answers_in_words_say_so(shop):
    async with shop.clients() as clients:
        changes = ShopChanges()
        talk = Conversation(
            ConversationParts(
                gate=ToolsGate(Place(clients), now=Now().now, channel=SHOP), changes=changes, names=MarketNames(Place(clients), SHOP),
                records=ShopRecords(), chain=Chain(), saver=InMemorySaver(), clock=Now(), tools=TOOLS, actions=ACTIONS,
            )
        )  # fmt: skip
        why = await talk.ask(request("why is checkout failing?", 1), Steps())
        assert "DB_POOL_SIZE from 10 to 50" in why.text.splitlines()[0]
        assert "memory" not in why.text.splitlines()[0]
        assert why.suggestions[0] == "roll back checkout"
        what = await talk.ask(request("what changed in checkout?", 2), Steps())
        assert "went back to revision 5, as revision 7," in what.text
        assert "went to revision 5 at" in what.text
        assert what.text.index("revision 6") < what.text.index("DB_POOL_SIZE 10 -> 50")
        await talk.ask(request("roll back checkout", 3), Steps())
        assert changes.proposed[0]["action"] == "rollout_undo"
        assert "revision" not in changes.proposed[0]["args"]  # the plan itself looks for a good one


async def the_way_back_passes_what_failed(shop):
    draft = await act(shop, "rollout_undo", "plan")
    assert draft.args["revision"] == 4
    assert any(
        "revision 6 is passed over: it was rolled back at" in w and "OOMKilled" in w for w in draft.warnings
    ), draft.warnings
    asked = await act(shop, "rollout_undo", "plan", revision=6)
    assert "revision 6 is KNOWN TO BE BAD" in asked.warnings[0]
    assert any("memory limit 64Mi is below its" in warning for warning in asked.warnings)


async def rolled_back_first_then_memory(shop):
    await act(shop, "rollout_undo", "apply")
    assert number(shop) == "8"
    await act(shop, "set_resources", "rollback", memory_limit="64Mi")
    assert number(shop) == "10"
    draft = await act(shop, "rollout_undo", "plan")
    assert draft.args["revision"] not in {7, 9}
    assert [w.partition(":")[0] for w in draft.warnings if "passed over" in w] == [
        "revision 9 is passed over",
        "revision 7 is passed over",
        "revision 6 is passed over",
    ]
