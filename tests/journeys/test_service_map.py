"""The proposed service map in the local Slack: shown with its sources, confirmed by a person with the right, answered from, taken back."""

import asyncio
import re

import pytest
import pytest_asyncio

from tests.journeys.bot_house import DEPLOYMENTS, POLICY, deployment, house, texts_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
EVERYWHERE = '  - {subjects: ["person:bob"], role: viewer, channels: ["COPS"], clusters: ["*"], namespaces: ["till"]}\n'


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    policy = POLICY.replace("environments:\n", f"{EVERYWHERE}environments:\n", 1)
    async with house(tmp_path_factory.mktemp("house"), policy=policy) as found:
        found.store.create("v1/namespaces", {"metadata": {"name": "till"}})
        made = deployment("till", "till")
        made["metadata"]["labels"] = {"app.kubernetes.io/name": "till", "example.com/team": "team-till"}
        for each in (made, deployment("books", "shop"), deployment("books", "stg")):
            found.store.create(DEPLOYMENTS, each)
        async with found.open():
            yield found


def tick(*numbers):
    options = [{"text": {"type": "plain_text", "text": "x"}, "value": str(number)} for number in numbers]
    return {"chosen:0": {"chosen": {"type": "checkboxes", "selected_options": options}}}


async def window(place, message, user):
    await place.click(message, "map_review", user)
    (view,) = await place.windows(user)
    return view


def numbers_of(view):
    """By label, as the window offers them; and those that are ticked already."""
    boxes = [block["element"] for block in view["blocks"] if block["type"] == "input"]
    offered = {option["text"]["text"]: option["value"] for box in boxes for option in box["options"]}
    ticked = {option["text"]["text"] for box in boxes for option in box.get("initial_options", ())}
    return offered, ticked


async def worked_on_again(place, message, user="UBOB"):
    """The same command once more, as by a process that took over from one that was killed before it answered."""
    db, work, before = place.bot.core.db, place.bot.wired.work, len(place.slack.whispers(user))
    number = re.search(r"in_[0-9A-Z]+", str(message["blocks"]))[0]
    row = await db.read_whole(lambda tx: db.inbox.get(tx, number))
    await work.at_once["command"](await work.intake.again(row))
    return (await place.slack.wait_for(lambda: place.slack.whispers(user)[before:], 20))[0]["text"]


async def test_it_is_shown_with_its_sources_and_confirmed_by_who_may(place):
    message = await place.ask("services propose", "UBOB")
    text = texts_of(message["blocks"])
    assert "till in till" in text and "owner: team-till (example.com/team of deployment till/till)".replace("(", "_(")[:10] in text  # fmt: skip
    assert "which one is meant?" in text
    left = "Left out: called as a service of the map and no part of it: deployment stg/checkout."
    assert left in text and "checkout" not in text.replace(left, "")  # it is in the file
    await place.click(message, "map_review", "UALICE")
    await place.window("UALICE", "Not allowed")
    view = await window(place, message, "UBOB")
    offered, ticked = numbers_of(view)
    assert {"till in till", "cart in shop", "books in shop", "books in stg"} == set(offered)
    assert {"till in till", "cart in shop"} == ticked
    before = len(place.slack.whispers("UBOB"))
    await place.slack.do(
        "faults", method="chat.postMessage", status=500, times=3
    )  # written, and worked on once more
    sent = await place.drive("submissions", {"user": "UBOB", "view_id": view["id"], "values": tick(offered["till in till"])})  # fmt: skip
    assert sent["ok"], sent
    root = message.get("thread_ts")
    said = await place.slack.wait_for(lambda: next((m for m in place.slack.replies("COPS", root) if "confirmed for the service map: till" in m["text"]), None), 60)  # fmt: skip
    assert "<@UBOB>" in said["text"] and len(place.slack.whispers("UBOB")) == before


async def test_what_was_confirmed_is_what_questions_are_answered_from(place):
    answer = await place.ask("who owns till?", "UBOB")
    assert "team-till" in texts_of(answer["blocks"])
    listed = texts_of((await place.command("services", "UBOB"))["blocks"])
    assert "bob, 2" in listed and "the file" in listed and "labels" in listed
    rows = await place.bot.core.db.read_whole(place.bot.core.db.audit.find)
    (event,) = [row.body for row in rows if row.body.get("detail", {}).get("what") == "service map"]
    assert event["actor"]["user_id"] == "UBOB" and event["detail"]["service"]["owner"] == "team-till"


async def test_whoever_sees_less_is_shown_less(place):
    text = texts_of((await place.command("services propose", "UALICE"))["blocks"])
    assert "cart in shop" in text and "till" not in text.replace("until", "")
    assert "Not allowed" in (await place.command("services confirm cart", "UALICE"))["text"]


async def test_by_command_too_and_twice_is_refused(place):
    confirmed = await place.command("services confirm cart in shop", "UBOB")
    assert "in the service map from now on" in confirmed["text"]
    assert "cart is in the service map from now on" in await worked_on_again(place, confirmed)
    assert "no 'cart' that could be added" in (await place.command("services confirm cart", "UBOB"))["text"]
    message = await place.ask("services propose", "UBOB")
    view = await window(place, message, "UBOB")
    offered, _ = numbers_of(view)
    before = len(place.slack.whispers("UBOB"))
    await place.drive("submissions", {"user": "UBOB", "view_id": view["id"], "values": tick(offered["books in stg"], offered["books in shop"])})  # fmt: skip
    told = await place.slack.wait_for(lambda: place.slack.whispers("UBOB")[before:], 20)
    assert "books would be there twice" in told[0]["text"]


async def test_it_outlives_a_restart_and_is_taken_back_by_command(place):
    services = place.bot.core.services
    assert services.named("till") is not None
    services.hold([])
    place.bot.core.map._state = None  # as a process that just began
    for _ in range(100):
        if services.named("till") is not None:
            break
        await asyncio.sleep(0.1)
    assert services.named("till") is not None
    forgotten = await place.command("services forget till", "UBOB")
    assert "is out of the service map" in forgotten["text"]
    assert "till is out of the service map" in await worked_on_again(place, forgotten)
    assert services.named("till") is None
    assert "stands in SERVICES_FILE" in (await place.command("services forget checkout", "UBOB"))["text"]
    assert "Nobody confirmed" in (await place.command("services forget till", "UBOB"))["text"]
    text = texts_of((await place.ask("services propose", "UBOB"))["blocks"])
    assert "till in till" in text
