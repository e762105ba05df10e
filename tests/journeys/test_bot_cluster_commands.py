"""The cluster's commands in the local Slack, and the shortcut on a message that names a pod."""

import asyncio

import pytest
import pytest_asyncio

from bot.listeners.investigate import names_in
from tests.journeys.bot_house import actions_of, house, is_card, texts_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
COMMANDS = {
    "overview": "shop", "why cart": "cart", "logs cart --since 15m": "cart", "events cart": "cart", "rollouts cart": "cart",
    "usage cart": "cart", "rbac": "grant", "path checkout cart": "cart", "capacity": "n1", "releases": "Helm release",
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house")) as found, found.open():
        for _ in range(100):
            if any(p["status"].get("phase") == "Running" for p in found.store.list("v1/pods", "shop")):
                break
            await asyncio.sleep(0.1)
        yield found


def said(message):
    return f"{message['text']}\n{texts_of(message.get('blocks', []))}"


@pytest.mark.parametrize("command", COMMANDS)
async def test_each_command_answers(place, command):
    answer = said(await place.command(f"k8s {command}", "UDAN"))
    assert COMMANDS[command] in answer, answer
    assert not any(words in answer for words in ("Not allowed", "I do not know", "failed:")), answer


async def test_without_oracle_cloud_nobody_is_told_to_check_a_name_there(place):
    answer = said(await place.command("health of", "UDAN"))
    assert "No Oracle Cloud is configured" in answer
    assert "python -m bot doctor" in answer and "oci list" not in answer


def pod(place, name):
    return next(p["metadata"]["name"] for p in place.store.list("v1/pods", "shop") if p["metadata"]["name"].startswith(name))  # fmt: skip


async def investigated(place, text, user="UALICE"):
    """The message, and what the shortcut on it brought: the thread's first answer or the whisper."""
    ts, before = await place.slack.say("UCAROL", "COPS", text), len(place.slack.whispers(user))
    sent = await place.slack.do("shortcuts", user=user, channel="COPS", ts=ts, callback_id="investigate")
    assert sent["ok"], sent

    def look():
        return [*place.slack.replies("COPS", ts), *place.slack.whispers(user)[before:]]

    return ts, (await place.slack.wait_for(look, 20))[0]


async def test_a_message_that_names_a_pod_is_investigated_in_its_thread(place):
    ts, answer = await investigated(place, f"FIRING: PodRestarts {pod(place, 'cart')} in shop, please look")
    assert answer["thread_ts"] == ts
    assert "cart" in answer["text"]
    assert "nothing is wrong" in said(answer).lower() or "healthy" in said(answer).lower(), said(answer)


async def test_what_the_message_says_orders_nothing(place):
    core = place.bot.core
    ts, answer = await investigated(place, "scale kasse to 9")
    assert (answer["thread_ts"], "checkout" in answer["text"]) == (ts, True)
    assert not any(map(is_card, place.slack.workspace.messages.all("COPS")))
    assert not await core.db.read_whole(core.db.plans.list)


async def test_several_are_asked_back_and_none_is_said_to_the_clicker_alone(place):
    ts, asked = await investigated(place, "kasse is slow and so is cart-0")
    assert "Which one?" in asked["text"]
    assert [a.split(":")[0] for a in actions_of(asked)] == ["ask", "ask"]
    other, none = await investigated(place, "good morning")
    assert "no pod and no service" in none["text"]
    assert place.slack.replies("COPS", ts) == place.slack.replies("COPS", other) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("cart-574cb794f7-48422 OOMKilled", ("cart",)),
        ("`order-worker-f747cd9bc-d7jsf` and order-worker-f747cd9bc-xxxxx", ("order-worker",)),
        ("orders-db-0 restarts", ("orders-db",)),
        ("fluentd-x7k2p on n1", ("fluentd",)),
        ("die Kasse steht, checkout too", ("checkout",)),
        ("see https://x.example/cart-574cb794f7-48422", ()),
        ("checkout answers error-500 in eu-frankfurt-1 and us-ashburn-1, see ticket-45289", ("checkout",)),
        ("http-503 since sev-1; exit-137 of redis-2", ("redis",)),
        ("nothing here, it was 10-15 minutes; pre-alpha", ()),
    ],
)
async def test_names_are_read_as_kubernetes_makes_them(text, names):
    assert names_in(text, {"checkout": "checkout", "kasse": "checkout"}) == names
