"""Triage on probation in the local Slack: told in the shadow, judged by people, let out by one, back by itself; nothing critical hidden."""

from datetime import timedelta
from functools import partial

import pytest
import pytest_asyncio

from storage.shadow import JudgedRow
from tests.journeys.bot_house import POLICY, house, texts_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
REAL, SHADOW = "CINCIDENTS", "CDEV"
RIGHTS = (
    '  - {subjects: ["group:sre"], role: operator, channels: ["CDEV"], clusters: ["*"], namespaces: ["shop"]}\n'
    '  - {subjects: ["person:dan"], role: admin, channels: ["CDEV", "CINCIDENTS"]}\n'
    '  - {subjects: ["person:bob"], role: admin, channels: ["CDEV"]}\n'
    '  - {subjects: ["person:carol"], role: admin, channels: ["CINCIDENTS"]}\n'
    '  - {subjects: ["person:carol"], role: viewer, channels: ["CDEV"], clusters: ["*"], namespaces: ["shop"]}\n'
)
ON = (
    POLICY.replace('{id: "TLOCAL:UBOB", name: bob}', '{id: "TLOCAL:UBOB", name: bob, also: ["TLOCAL:UBOB2"]}')
    .replace(
        "CINCIDENTS: {follow_up: never,",
        f"CINCIDENTS: {{follow_up: never, incidents: true, shadow: {SHADOW},",
    )
    .replace("environments:\n", f"{RIGHTS}environments:\n", 1)
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house"), policy=ON) as found, found.open():
        yield found


def said(place, channel, words):
    """What the bot says there, the newest with these words."""
    mine = [m for m in place.slack.workspace.messages.all(channel) if m.get("user") == "UCLOUDOPS"]
    return next((m for m in reversed(mine) if words in f"{m['text']} {texts_of(m.get('blocks', []))}"), None)


async def until(place, channel, words, seconds=40):
    try:
        return await place.slack.wait_for(lambda: said(place, channel, words), seconds)
    except TimeoutError:
        raise AssertionError([m["text"] for m in place.slack.workspace.messages.all(channel)]) from None


async def fire(place, rule, severity="warning", service="checkout"):
    await place.slack.say("BALERTS", REAL, f"[FIRING] {rule} ({severity}) namespace=shop service={service}")


async def over(place, rule, service="checkout"):
    await place.slack.say("BALERTS", REAL, f"[RESOLVED] {rule} namespace=shop service={service}")


async def judged_before(place, rule, vote, count, start=0):
    """As many incidents of a rule, judged by alice; what a click on each does, without the alerts."""
    wired, db = place.bot.wired, place.bot.core.db
    now = place.bot.core.clock.now() - timedelta(minutes=20)
    for number in range(start, start + count):
        row = JudgedRow(f"inc_{rule}_{number}", "TLOCAL", REAL, rule, now + timedelta(seconds=number), SHADOW)
        said_by = {"workspace": "TLOCAL", "actor": {"id": "TLOCAL:UALICE"}}
        await db.write_whole(partial(db.shadow.judge, row=row))
        vote_on = partial(wired.incidents.shadows.probation.vote, judged=row, voter="TLOCAL:UALICE", vote=vote, said=said_by)  # fmt: skip
        await db.write_whole(vote_on)


async def test_what_is_on_probation_is_told_in_the_shadow_alone(place):
    await fire(place, "CartSlow", service="cart")
    card = await until(place, SHADOW, "Was this triage right?")
    assert "In the shadow of <#CINCIDENTS>" in texts_of(card["blocks"])
    assert said(place, REAL, "CartSlow") is None
    assert "Not allowed" in await place.whispered(card, "triage_judge:right", "UCAROL", SHADOW)
    await place.click(card, "triage_judge:partly", "UALICE", SHADOW)
    await until(place, SHADOW, "<@UALICE>: partly")
    await place.click(card, "triage_judge:wrong", "UALICE", SHADOW)
    card = await until(place, SHADOW, "<@UALICE>: wrong")
    assert "partly" not in texts_of(card["blocks"])
    await place.click(card, "triage_judge:right", "UBOB", SHADOW)
    await until(place, SHADOW, "<@UBOB>: right")
    await place.click(card, "triage_judge:partly", "UBOB2", SHADOW)  # two accounts of one person
    card = await until(place, SHADOW, "<@UBOB>: partly")
    assert "<@UALICE>: wrong, <@UBOB>: partly" in texts_of(card["blocks"]) and "UBOB2" not in str(
        card["blocks"]
    )


async def test_that_something_critical_came_is_one_line_in_the_real_channel(place):
    await fire(place, "CheckoutDown", "critical")
    line = await until(place, REAL, "Triage of it is on probation")
    assert "CheckoutDown" in line["text"] and "fires" in line["text"] and "<#CDEV>" in line["text"]
    await until(place, SHADOW, "Critical: CheckoutDown")
    assert said(place, REAL, "Incident `") is None
    await over(place, "CheckoutDown")
    after = await until(place, REAL, "is over")
    assert after["ts"] == line["ts"]


async def test_a_rule_is_let_out_by_a_person_and_its_cards_come_home(place):
    await judged_before(place, "CartSlow", "right", 20)
    proposal = await until(place, SHADOW, "has earned trust")
    assert "does not hold in this channel" in await place.whispered(proposal, "triage_promote", "UBOB", SHADOW)  # fmt: skip
    shown = await place.command("triage shadow", "UDAN", SHADOW)
    assert "proposed" in texts_of(shown["blocks"]) and "19 of 20" in texts_of(shown["blocks"])
    assert "<#CINCIDENTS> in <#CDEV>" in shown["text"]
    assert {"type": "channel", "channel_id": REAL} in shown["blocks"][2]["rows"][1][1]["elements"][0][
        "elements"
    ]
    await place.click(proposal, "triage_promote", "UDAN", SHADOW)
    promoted = await until(place, SHADOW, "<@UDAN> promoted triage")
    assert promoted["ts"] == proposal["ts"] and "triage_promote" not in str(promoted["blocks"])
    await over(place, "CartSlow", "cart")
    await until(place, SHADOW, "Over: CartSlow")
    clock = place.bot.core.clock
    real = clock.now
    clock.now = lambda: real() + timedelta(hours=1)  # or it would be a relapse of the one in the shadow
    try:
        await fire(place, "CartSlow", service="cart")
        card = await until(place, REAL, "Incident `")
    finally:
        del clock.now
    assert "CartSlow" in card["text"]


async def test_it_goes_back_by_itself_and_the_real_channel_hears_why(place):
    await judged_before(place, "CartSlow", "wrong", 5, start=100)
    line = await until(place, REAL, "is back on probation")
    assert "15 of the last 20" in line["text"] and "<#CDEV>" in line["text"]
    assert (
        "Not allowed in its shadow"
        in (await place.command("triage promote CartSlow", "UCAROL", REAL))["text"]
    )
    refused = await place.command("triage promote CartSlow", "UDAN", SHADOW)
    assert "Not yet: none was judged yet" in refused["text"]


async def test_a_person_takes_it_back_by_command(place):
    await judged_before(place, "DiskFull", "right", 20)
    await until(place, SHADOW, "*DiskFull* has earned trust")
    assert "are told in <#CINCIDENTS>" in (await place.command("triage promote DiskFull", "UDAN", SHADOW))["text"]  # fmt: skip
    assert "Not allowed" in (await place.command("triage demote DiskFull", "UCAROL", SHADOW))["text"]
    assert "are told in <#CDEV>" in (await place.command("triage demote DiskFull", "UDAN", REAL))["text"]
    await until(place, REAL, "by <@UDAN>: taken back by a person")
    assert "heard of no rule" in (await place.command("triage demote Nothing", "UDAN", REAL))["text"]


async def test_what_began_on_probation_ends_in_the_real_channel_though_the_policy_has_no_shadow_any_more(
    place,
):
    await fire(place, "PayDown", "critical", service="pay")
    line = await until(place, REAL, "PayDown")
    file = place.root / "policy.yaml"
    file.write_text(ON.replace(f" shadow: {SHADOW},", ""))
    place.bot.core.policy.reload()
    try:
        await over(place, "PayDown", "pay")
        after = await place.slack.wait_for(lambda: m if "is over" in (m := said(place, REAL, "PayDown"))["text"] else None, 30)  # fmt: skip
    finally:
        file.write_text(ON)
        place.bot.core.policy.reload()
    assert after["ts"] == line["ts"]
    assert "Was this triage right?" not in texts_of(said(place, SHADOW, "Over: PayDown")["blocks"])
