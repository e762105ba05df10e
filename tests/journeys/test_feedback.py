"""Thumbs under an answer in the local Slack: one word a person, why it was bad, and nothing for those who may not."""

import asyncio
import re
from datetime import timedelta
from functools import partial

import pytest
import pytest_asyncio

from sandbox.slack.validation.surfaces import check_message
from tests.journeys.bot_house import BOT, POLICY, house

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]


TWO_ACCOUNTS = POLICY.replace('UBOB", name: bob}', 'UBOB", name: bob, also: ["TLOCAL:UBOB2"]}')


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house"), policy=TWO_ACCOUNTS) as found, found.open():
        yield found


def thumbs_of(message):
    return [b for b in message.get("blocks", []) if b["type"] == "context_actions"]


async def answered(place, words, user="UALICE", channel="COPS"):
    ts = await place.slack.say(user, channel, f"{BOT} {words}")

    def look():
        mine = [m for m in place.slack.replies(channel, ts) if m.get("user") == "UCLOUDOPS"]
        return mine[0] if mine else None

    return await place.slack.wait_for(look, 30)


async def vote(place, message, word, user, channel="COPS"):
    (block,) = thumbs_of(message)
    side = {"useful": "positive_button", "useless": "negative_button"}[word]
    value = block["elements"][0][side]["value"]
    sent = await place.slack.do("clicks", user=user, channel=channel, ts=message["ts"], action_id="feedback", value=value)  # fmt: skip
    assert sent["ok"], sent


async def said(place):
    db, since = place.bot.core.db, place.bot.core.clock.now() - timedelta(hours=1)
    rows = await db.read_whole(partial(db.feedback.since, workspace="TLOCAL", channel="COPS", since=since))
    return {(row.answer, row.voter): (row.verdict, row.reason) for row in rows}


def answer_of(message):
    return thumbs_of(message)[0]["block_id"].removeprefix("feedback:")


async def test_one_word_a_person_changeable_with_a_reason_that_is_redacted(place):
    message = await answered(place, "which pods are unhealthy?")
    check_message({"blocks": message["blocks"], "text": message["text"]})
    answer = answer_of(message)
    before = len(place.slack.whispers("UALICE"))
    await vote(place, message, "useful", "UALICE")
    await place.slack.wait_for(lambda: place.slack.whispers("UALICE")[before:], 20)
    await vote(place, message, "useful", "UALICE")
    await vote(place, message, "useless", "UBOB")
    view = (await place.windows("UBOB"))[-1]
    secret = "password=hunter2hunter2"
    sent = await place.slack.do(
        "submissions", user="UBOB", view_id=view["id"], values={"reason": {"text": f"too old, {secret}"}}
    )
    assert sent["ok"], sent
    for _ in range(400):
        found = await said(place)
        if found.get((answer, "TLOCAL:UBOB"), ("", ""))[1]:
            break
        await asyncio.sleep(0.02)
    assert found[(answer, "TLOCAL:UALICE")] == ("useful", "")
    verdict, reason = found[(answer, "TLOCAL:UBOB")]
    assert verdict == "useless"
    assert reason.startswith("too old")
    assert "hunter2hunter2" not in reason
    rows = [row.body for row in await place.bot.core.db.read_whole(place.bot.core.db.audit.find)]
    (given,) = [row for row in rows if row.get("result") == "reason given"]
    assert (
        given["actor"]["user_id"] == "UBOB"
        and given["detail"]["id"] == answer
        and "too old" not in str(given)
    )
    assert len(place.slack.whispers("UALICE")) == before + 1
    await vote(place, message, "useful", "UBOB2")  # the other account of the same person
    await place.slack.wait_for(lambda: any("answer was useful" in one["text"] for one in place.slack.whispers("UBOB2")), 20)  # fmt: skip
    assert {who: word for (one, who), word in (await said(place)).items() if one == answer} == {
        "TLOCAL:UALICE": ("useful", ""), "TLOCAL:UBOB": ("useful", ""),
    }  # fmt: skip
    await vote(place, message, "useless", "UBOB2")
    view = (await place.windows("UBOB2"))[-1]
    await place.slack.do("submissions", user="UBOB2", view_id=view["id"], values={"reason": {"text": "old again"}})  # fmt: skip
    for _ in range(400):
        if (await said(place))[(answer, "TLOCAL:UBOB")] == ("useless", "old again"):
            break
        await asyncio.sleep(0.02)
    assert (await said(place))[(answer, "TLOCAL:UBOB")] == ("useless", "old again")


async def judged_by(place):
    """Why somebody was let through or not, as it is on record, the newest last."""
    rows = await place.bot.core.db.read_whole(place.bot.core.db.audit.find)
    return [row.body for row in rows if str(row.body.get("tool", "")).startswith("feedback ")]


async def test_whoever_lost_the_right_since_says_nothing_with_a_thumb_nor_in_an_open_window(place):
    message = await answered(place, "which pods are unhealthy?")
    await vote(place, message, "useless", "UCAROL")
    view = (await place.windows("UCAROL"))[-1]
    known = await said(place)
    file = place.root / "policy.yaml"
    before = len(place.slack.whispers("UCAROL"))
    file.write_text("\n".join(line for line in TWO_ACCOUNTS.splitlines() if '["person:carol"]' not in line))
    try:
        await asyncio.to_thread(place.bot.core.policy.reload)
        await vote(place, message, "useful", "UCAROL")
        sent = await place.slack.do("submissions", user="UCAROL", view_id=view["id"], values={"reason": {"text": "late"}})  # fmt: skip
        assert sent["ok"], sent
        told = await place.slack.wait_for(lambda: len(place.slack.whispers("UCAROL")) >= before + 2 and place.slack.whispers("UCAROL")[before:], 20)  # fmt: skip
    finally:
        file.write_text(TWO_ACCOUNTS)
        await asyncio.to_thread(place.bot.core.policy.reload)
    assert all("Not allowed" in one["text"] for one in told)
    assert await said(place) == known
    assert [one["decision"]["allow"] for one in await judged_by(place)][-2:] == [False, False]


async def test_a_reason_that_comes_after_the_word_was_changed_is_not_kept(place):
    message = await answered(place, "which pods are unhealthy?")
    await vote(place, message, "useless", "UDAN")
    view = (await place.windows("UDAN"))[-1]
    before = len(place.slack.whispers("UDAN"))
    await vote(place, message, "useful", "UDAN")
    await place.slack.wait_for(lambda: place.slack.whispers("UDAN")[before:], 20)
    sent = await place.slack.do("submissions", user="UDAN", view_id=view["id"], values={"reason": {"text": "wrong"}})  # fmt: skip
    assert sent["ok"], sent
    told = await place.slack.wait_for(lambda: place.slack.whispers("UDAN")[before + 1 :], 20)
    assert "not useful any more" in told[0]["text"]
    assert (await said(place))[(answer_of(message), "TLOCAL:UDAN")] == ("useful", "")


async def test_commands_refusals_and_questions_have_no_thumbs(place):
    for user, words in (("UALICE", "help"), ("UALICE", "services"), ("UCAROL", "please restart checkout")):
        message = await answered(place, words, user)
        assert thumbs_of(message) == [], words


async def test_a_value_that_names_what_was_not_asked_about_is_refused(place):
    message = await answered(place, "which pods are unhealthy?")
    plain = await answered(place, "help")
    before, known = len(place.slack.whispers("UCAROL")), await said(place)
    shown = place.slack.workspace.messages.get("COPS", message["ts"])
    for hostile in (
        "useful req_none",
        "superb x",
        "useful ' OR 1=1 --",
        "useful \x00",
        f"useful {re.search('in_[0-9A-Z]+', str(plain['blocks']))[0]}",  # a reply, but nobody was asked about it
    ):
        element = thumbs_of(shown)[0]["elements"][0]
        element["positive_button"]["value"] = hostile
        await vote(place, shown, "useful", "UCAROL")
    whispers = await place.slack.wait_for(lambda: len(place.slack.whispers("UCAROL")) >= before + 5 and place.slack.whispers("UCAROL")[before:], 30)  # fmt: skip
    assert all("no such answer" in one["text"] for one in whispers)
    assert await said(place) == known


async def test_a_window_for_what_was_not_asked_about_asks_for_no_reason(place):
    message, known = await answered(place, "which pods are unhealthy?"), await said(place)
    shown = place.slack.workspace.messages.get("COPS", message["ts"])
    thumbs_of(shown)[0]["elements"][0]["negative_button"]["value"] = "useless ' OR 1=1 --"
    await vote(place, shown, "useless", "UCAROL")
    view = await place.window("UCAROL", "no such answer")
    assert not view.get("submit")
    assert await said(place) == known


async def test_an_answer_of_another_channel_is_not_known_here(place):
    elsewhere = answer_of(await answered(place, "which pods are unhealthy?"))
    message = await answered(place, "which pods are unhealthy?", channel="CINCIDENTS")
    before, known = len(place.slack.whispers("UBOB")), await said(place)
    shown = place.slack.workspace.messages.get("CINCIDENTS", message["ts"])
    thumbs_of(shown)[0]["elements"][0]["positive_button"]["value"] = f"useful {elsewhere}"
    await vote(place, shown, "useful", "UBOB", "CINCIDENTS")
    (told,) = await place.slack.wait_for(lambda: place.slack.whispers("UBOB")[before:], 20)
    assert "no such answer" in told["text"]
    assert await said(place) == known
