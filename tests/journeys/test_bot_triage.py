"""An alert is looked into unasked: what was found and a proposal stand on the card, people's buttons are judged by their rights, the file tells it all."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
import pytest_asyncio

from agents.triage.history import BEGUN, FOUND
from agents.triage.kept import incident_from
from sandbox.prometheus.alertmanager import Alertmanager
from storage.triagenotes import NoteRow
from tests.journeys.bot_house import DEPLOYMENTS, house, is_card, texts_of
from tests.journeys.test_alerts_in_slack import CHANNEL, TOLD

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
TRIAGE = (
    '  - {subjects: ["person:triage"], role: operator, channels: ["CINCIDENTS"], clusters: ["*"], namespaces: ["shop"]}\n'
    '  - {subjects: ["person:carol"], role: viewer, channels: ["CINCIDENTS"], clusters: ["*"], namespaces: ["shop"]}\n'
)
GRANTED = (
    TOLD.replace("groups:\n", '  - {id: "system:triage", name: triage}\ngroups:\n').replace(
        "environments:\n", f"{TRIAGE}environments:\n"
    )
) + (
    'duty:\n  - {name: sre, channels: ["CINCIDENTS"], rota: {people: [dan], since: "2026-01-05", every: 7d}}\n'
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    alerts = Alertmanager(lambda: [{"alertname": "CheckoutDown", "namespace": "shop"}])
    await alerts.start()
    home = house(tmp_path_factory.mktemp("house"), policy=GRANTED)
    async with home as found, found.open(alertmanager_url=alerts.url):
        yield found
    await alerts.stop()


async def card_with(place, words: str, *, without: str = "", seconds: float = 40) -> dict:
    def look():
        said = [m for m in place.slack.workspace.messages.all(CHANNEL) if "Incident `" in texts_of(m.get("blocks", []))]  # fmt: skip
        return next((m for m in said if words in texts_of(m["blocks"]) and (not without or without not in texts_of(m["blocks"]))), None)  # fmt: skip

    try:
        return await place.slack.wait_for(look, seconds)
    except TimeoutError:
        raise AssertionError(
            [texts_of(m.get("blocks", [])) for m in place.slack.workspace.messages.all(CHANNEL)]
        ) from None


async def rows_of(place, card: dict) -> list:
    db, long_ago = place.bot.core.db, place.bot.core.clock.now() - timedelta(days=1)
    live = await db.read_whole(lambda tx: db.triage.live(tx, "TLOCAL", long_ago))
    return [one for one in live if one.ts == card["ts"]]


def break_checkout(place) -> None:
    found = place.store.get(DEPLOYMENTS, "shop", "checkout")
    found["spec"]["template"]["metadata"]["annotations"] = {"sim/memory": "900Mi"}
    found["spec"]["template"]["spec"]["containers"][0]["image"] = "shop/checkout:2.0"
    place.store.replace(DEPLOYMENTS, found)


async def test_what_is_behind_it_is_on_the_card_and_the_change_waits_for_people(place):
    break_checkout(place)
    await asyncio.sleep(4)
    began = asyncio.get_running_loop().time()
    await place.slack.say("BALERTS", CHANNEL, "[FIRING] CheckoutDown (critical) namespace=shop service=checkout")  # fmt: skip
    first = await card_with(place, "CheckoutDown", seconds=10)
    assert asyncio.get_running_loop().time() - began <= 5
    card = await card_with(place, "What may be behind it")
    text = texts_of(card["blocks"])
    assert card["ts"] == first["ts"]
    assert "for:" in text and "It waits for people" in text
    (plan,) = [m for m in place.slack.replies(CHANNEL, card["ts"]) if is_card(m)]
    assert place.writes() == []
    await place.click(plan, "plan_approve", "UBOB", CHANNEL)
    await place.until(plan, "Succeeded in", CHANNEL)
    assert len(place.writes()) >= 1


async def test_buttons_are_judged_by_the_clickers_rights(place):
    card = await card_with(place, "CheckoutDown")
    assert "Not allowed" in await place.whispered(card, "incident_assign", "UCAROL", CHANNEL)
    await place.click(card, "incident_assign", "UALICE", CHANNEL)
    card = await card_with(place, "has it since")
    assert "You have it already" in await place.whispered(card, "incident_assign", "UALICE", CHANNEL)
    await place.click(card, "incident_snooze", "UALICE", CHANNEL)
    await card_with(place, "Snoozed until")
    await place.click(card, "incident_escalate", "UALICE", CHANNEL)
    await card_with(place, "escalated it at")
    assert any("<@UDAN>" in m["text"] for m in place.slack.replies(CHANNEL, card["ts"]))
    assert "escalated at" in await place.whispered(card, "incident_escalate", "UBOB", CHANNEL)


async def test_a_silence_is_proposed_in_the_name_of_one_of_those_who_click_at_once_and_waits(place):
    card = await card_with(place, "CheckoutDown")
    clickers = ("UALICE", "UBOB", "UDAN")
    before = {user: len(place.slack.whispers(user)) for user in clickers}
    await asyncio.gather(*(place.click(card, "incident_silence", user, CHANNEL) for user in clickers))

    def proposed():
        return [m for m in place.slack.replies(CHANNEL, card["ts"]) if "Silence alert CheckoutDown" in m["text"]]  # fmt: skip

    def told():
        fresh = [w for user in clickers for w in place.slack.whispers(user)[before[user] :]]
        return fresh if len(fresh) == 2 else None

    late = await place.slack.wait_for(told, 20)
    assert all("Nothing was changed" in one["text"] for one in late)
    (plan,) = await place.slack.wait_for(proposed, 20)
    assert "plan_approve" in str(plan["blocks"])
    await asyncio.sleep(0.5)
    db = place.bot.core.db
    assert [p.action for p in await db.read_whole(db.plans.list)].count("silence_create") == 1
    assert "already" in await place.whispered(card, "incident_silence", "UBOB", CHANNEL)


async def test_a_snooze_that_ended_is_said_once_in_the_thread(place):
    card = await card_with(place, "Snoozed until")
    db, now = place.bot.core.db, place.bot.core.clock.now()
    (row,) = await rows_of(place, card)
    began = now - timedelta(hours=9)  # nobody looked since: every process was down
    ended = NoteRow("n", row.workspace, row.id, CHANNEL, began, "snoozed", "TLOCAL:UALICE", {"until": now.isoformat()})  # fmt: skip
    for note in await db.read_whole(lambda tx: db.triage_notes.of(tx, (row.id,))):
        if note.kind == "snoozed":
            await db.write_whole(lambda tx, note=note: db.triage_notes.drop(tx, note.id))
    await place.slack.do("faults", method="chat.postMessage", status=500, times=3)
    await db.write_whole(lambda tx: db.triage_notes.add(tx, ended))

    def told():
        return [m for m in place.slack.replies(CHANNEL, card["ts"]) if "snooze is over" in m["text"]]

    async def noted():
        notes = await db.read_whole(lambda tx: db.triage_notes.of(tx, (row.id,)))
        return [note for note in notes if note.kind == "snooze over"]

    for _ in range(400):  # while Slack fails it is not noted as said
        if was_noted := await noted():
            break
        await asyncio.sleep(0.05)
    assert was_noted and len(told()) == 1
    await card_with(place, "CheckoutDown", without="Snoozed until")
    await asyncio.sleep(1.5)
    assert len(told()) == 1


async def test_whoever_died_over_it_is_followed_once_and_no_more(place):
    db, clock = place.bot.core.db, place.bot.core.clock
    (row,) = await rows_of(place, await card_with(place, "CheckoutDown"))
    dead = replace(row, id="inc_dead", ts="1.1", channel="CELSEWHERE")
    long_ago = clock.now() - timedelta(minutes=10)
    job = place.bot.wired.investigating
    await db.write_whole(lambda tx: db.triage_notes.add(tx, NoteRow("b", row.workspace, dead.id, dead.channel, long_ago, BEGUN, "x")))  # fmt: skip
    assert await db.write_whole(partial(job._claim, row=dead))
    assert not await db.write_whole(partial(job._claim, row=dead))
    other = replace(dead, id="inc_other", channel="CTHIRD")
    for n in range(2):
        late = NoteRow(f"o{n}", row.workspace, other.id, other.channel, long_ago, BEGUN, "x")
        await db.write_whole(lambda tx, late=late: db.triage_notes.add(tx, late))
    assert not await db.write_whole(partial(job._claim, row=other))
    kinds = [note.kind for note in await db.read_whole(lambda tx: db.triage_notes.of(tx, (other.id,)))]
    assert kinds == [BEGUN, BEGUN, FOUND]
    early, next_one = (replace(dead, id=key, channel="CFOURTH") for key in ("inc_early", "inc_next"))
    ahead = NoteRow("f", row.workspace, early.id, early.channel, clock.now() + timedelta(hours=1), BEGUN, "x")
    await db.write_whole(
        lambda tx: db.triage_notes.add(tx, ahead)
    )  # begun by a clock that was set back since
    assert await db.write_whole(partial(job._claim, row=next_one))


async def test_a_late_click_says_so_and_a_relapse_ends_what_was_resolved(place):
    card = await card_with(place, "CheckoutDown")
    await place.click(card, "incident_resolve", "UALICE", CHANNEL)
    shown = await card_with(place, "resolved it at")
    assert "incident_assign" not in str(shown["blocks"])
    key = shown["blocks"][-2]["elements"][0]["value"]
    await place.slack.say("BALERTS", CHANNEL, "[FIRING] CheckoutSlow (warning) namespace=shop service=checkout")  # fmt: skip
    again = await card_with(place, "CheckoutSlow", without="resolved it at")
    assert again["ts"] == card["ts"] and key in str(again["blocks"])
    for rule in ("CheckoutDown", "CheckoutSlow"):
        await place.slack.say("BALERTS", CHANNEL, f"[RESOLVED] {rule} namespace=shop service=checkout")
    await card_with(place, "Nothing fires any more")


async def test_the_file_tells_all_of_it(place):
    card = await card_with(place, "CheckoutDown")
    await place.click(card, "incident_report", "UALICE", CHANNEL)
    kept = place.slack.workspace.files
    file = await place.slack.wait_for(lambda: next((f for f in kept if f.complete), None), 20)
    text = kept.content(file).decode()
    first, second = await asyncio.gather(*(place.whispered(card, "incident_report", user, CHANNEL) for user in ("UBOB", "UDAN")))  # fmt: skip
    assert "is in the thread" in first and "is in the thread" in second
    assert len([f for f in kept if f.complete]) == 1
    for words in ("## Hand-over", "## Timeline", "## Draft", "alice took it", "triage proposed", "CheckoutSlow"):  # fmt: skip
        assert words in text, text


async def test_the_next_one_like_it_names_what_fixed_the_last(place):
    (old,) = await rows_of(place, await card_with(place, "CheckoutDown"))
    topology = place.bot.wired.incidents.topology()
    twin = replace(incident_from(old, topology), id="inc_new")
    for one in twin.seen.values():
        one.firing = True
    found = await place.bot.wired.investigating._alike(replace(old, id="inc_new"), twin)
    assert [one["id"] for one in found] == [old.id]
    assert found[0]["fixed"].startswith("Fixed by ")
