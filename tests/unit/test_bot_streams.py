"""One message shows how an answer is made and becomes it: once, whatever Slack says no to and whoever dies meanwhile."""

import asyncio
from contextlib import AsyncExitStack

import aiohttp
import pytest

from bot.lease import Lease
from bot.outgoing import Outgoing
from bot.progress import ThreadProgress
from bot.replies.blocks import Message, section
from bot.replies.text import Outbound
from bot.slackclient import web_client
from bot.streaming.ability import AGAIN_S, STARTS
from bot.streaming.beside import streams_of
from bot.streaming.stream import Pace, Where
from sandbox.slack import LocalSlack
from sandbox.slack.core.faults import Fault
from sandbox.slack.core.timing import Timing
from storage.clock import SystemClock
from storage.database import Database
from storage.errors import StoreUnavailable
from tests.unit.slack_bots import OURS

ANSWER = Message("Checkout waits for its database.", (section("Checkout waits for its database."),))
KEY, LOGS = "reply:in_1", "is reading logs of cart…"
AT_ONCE = Pace(after_s=0.0, heartbeat_s=30.0, edit_s=0.01)
METHODS = ("chat.startStream", "chat.appendStream", "chat.stopStream", "chat.update", "chat.postMessage")


async def until(true):
    for _ in range(1_000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to it")


class Process:
    """How one process answers; another one on the same database and workspace may follow it."""

    def __init__(self, stack, slack, http, db):
        self.slack, self.db = slack, db
        self.outgoing = Outgoing(web_client(slack.bot_token, slack.api_url, http), db, "TLOCAL", Lease(db))
        self.streams = streams_of(self.outgoing, Outbound(lambda text: text.replace("hunter2", "[redacted]")))
        self.streams.pace = AT_ONCE
        self.thread = ""

    async def asked(self, thread=""):
        self.thread = thread or await self.slack.say("UALICE", "COPS", "why is checkout slow?")
        return self.streams.begin(KEY, self.where)

    @property
    def where(self):
        return Where("COPS", self.thread, "UALICE", "TLOCAL")

    async def answer(self, stream, *, well=True):
        await stream.rest(well=well)
        message = stream.crowned(ANSWER)
        return await self.outgoing.post(KEY, "COPS", self.thread, message)

    def ours(self):
        """Every message of the bot in the thread, whole or not."""
        found = self.slack.workspace.messages.replies("COPS", self.thread)
        return [message for message in found if message.get("bot_id")]

    async def shown(self, look=lambda message: True):
        """The message that grows, once it looks so."""
        return await self.slack.wait_for(lambda: next(filter(look, self.ours()), None), 10)

    async def calls(self):
        found = (await self.slack.see("calls", limit="5000"))["calls"]
        return [call["method"] for call in found if call["method"] in METHODS]

    def fails(self, method, **how):
        self.slack.workspace.faults.order(Fault(method=method, **how))

    def answered_once(self):
        """One message, whole: what a person and a screen reader get."""
        (message,) = self.ours()
        assert message["text"] == ANSWER.text
        assert message["metadata"]["event_payload"] == {"key": KEY}
        assert message.get("streaming_state") != "in_progress"
        assert "Checkout waits" in str(message["blocks"])
        return message


@pytest.fixture
async def opened(tmp_path):
    """`await opened()`: one more process on the same database; they come one after the other."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LocalSlack(OURS, timing=Timing(stream_idle=1e6)))
        http = await stack.enter_async_context(aiohttp.ClientSession())

        async def open_():
            db = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/app.db", clock=SystemClock())
            stack.push_async_callback(db.close)
            return Process(stack, slack, http, db)

        yield open_


def cards(message):
    return [
        (card["title"], card["status"])
        for block in message["blocks"]
        if block["type"] == "plan"
        for card in block["tasks"]
    ]


async def test_each_real_step_is_a_card_and_the_message_becomes_the_answer(opened):
    one = await opened()
    stream = await one.asked()
    stream.step(LOGS)
    growing = await one.shown(lambda m: cards(m) == [("Reading logs of cart", "in_progress")])
    assert growing["streaming_state"] == "in_progress"
    stream.step("is asking Prometheus about cart…")
    stream.ended(LOGS, well=False)
    await one.shown(
        lambda m: (
            cards(m) == [("Reading logs of cart", "error"), ("Asking Prometheus about cart", "in_progress")]
        )
    )
    ts = await one.answer(stream)
    message = one.answered_once()
    assert (message["ts"], growing["ts"]) == (ts, ts)
    assert [status for _, status in cards(message)] == ["error", "complete"]
    assert (await one.calls())[-2:] == ["chat.stopStream", "chat.update"]


async def test_what_is_answered_in_a_moment_is_posted_as_ever(opened):
    one = await opened()
    one.streams.pace = Pace(after_s=5.0)
    stream = await one.asked()
    stream.step(LOGS)
    await one.answer(stream)
    assert "steps" not in str(one.answered_once()["blocks"])
    assert await one.calls() == ["chat.postMessage"]


async def test_a_long_step_is_told_again_and_again_so_that_nobody_takes_it_for_dead(opened):
    one = await opened()
    one.streams.pace = Pace(after_s=0.0, heartbeat_s=0.05)
    stream = await one.asked()
    stream.step(LOGS)
    for _ in range(400):
        if (await one.calls()).count("chat.appendStream") >= 2:
            break
        await asyncio.sleep(0.05)
    else:
        raise AssertionError("no sign of life")
    await one.answer(stream)
    one.answered_once()


@pytest.mark.parametrize("reason", ["unknown_method", "missing_scope", "channel_type_not_supported"])
async def test_where_slack_has_no_streams_the_answer_is_posted_and_slack_is_not_asked_again_for_a_while(
    opened, reason
):
    one = await opened()
    one.fails("chat.startStream", error=reason, times=9)
    stream = await one.asked()
    stream.step(LOGS)
    await until(lambda: stream._task is not None and stream._task.done())
    await one.answer(stream)
    one.answered_once()
    assert await one.calls() == ["chat.startStream", "chat.postMessage"]
    everywhere = reason != "channel_type_not_supported"
    assert not one.streams.ability.may_start("COPS")
    assert one.streams.ability.may_start("CINCIDENTS") != everywhere
    hour = one.streams.ability.now() + AGAIN_S + 1
    one.streams.ability.now = lambda: hour
    assert one.streams.ability.may_start("COPS")


async def test_a_stream_that_slack_ended_goes_on_by_edits_of_the_same_message(opened):
    one = await opened()
    stream = await one.asked()
    stream.step(LOGS)
    await one.shown()
    for running in one.slack.workspace.streams.values():
        running.begun -= 1e6
    stream.step("is asking Prometheus about cart…")
    edited = await one.shown(lambda m: "still working" in m["text"])
    assert len(cards(edited)) == 2
    await one.answer(stream)
    one.answered_once()


@pytest.mark.parametrize("method", ["chat.startStream", "chat.stopStream", "chat.update"])
async def test_what_slack_took_and_nobody_heard_of_is_not_said_twice(opened, method):
    one = await opened()
    one.fails(method, drop_socket="after")
    stream = await one.asked()
    stream.step(LOGS)
    await one.shown()
    await asyncio.sleep(0.05)
    await one.answer(stream)
    assert cards(one.answered_once())
    assert "chat.postMessage" not in await one.calls()


async def test_a_stream_whose_process_died_is_ended_by_the_next_one(opened):
    one = await opened()
    stream = await one.asked()
    stream.step(LOGS)
    await until(lambda: one.streams.ability.open)  # and its name is written down
    stream._task.cancel()
    two = await opened()
    two.thread = one.thread
    await two.streams.earlier(KEY, two.where)
    again = await two.asked(one.thread)
    again.step("is diagnosing cart…")
    await two.shown(lambda m: ("Diagnosing cart", "in_progress") in cards(m))
    await two.answer(again)
    assert cards(two.answered_once()) == [("Diagnosing cart", "complete")]


async def test_nor_is_one_lost_whose_name_nobody_came_to_write_down(opened):
    one = await opened()
    stream = await one.asked()
    stream.step(LOGS)
    await until(lambda: stream.streaming)
    stream._task.cancel()
    two = await opened()
    await two.db.write_whole(lambda tx: two.db.outbox.sent(tx, key=f"stream:{KEY}", ts=""))
    two.thread = one.thread
    await two.streams.earlier(KEY, two.where)
    await two.answer(await two.asked(one.thread))
    two.answered_once()
    assert "chat.postMessage" not in await two.calls()


@pytest.mark.parametrize("died_after", ["chat.stopStream", "chat.update", "nothing"])
async def test_an_answer_that_was_planned_is_ended_by_whoever_finds_it(opened, died_after):
    """The reply is planned and its process dies before or after one of the two calls: who comes next says it again."""
    one = await opened()
    stream = await one.asked()
    stream.step(LOGS)
    await until(lambda: stream.streaming)
    await stream.rest(well=True)
    message = stream.crowned(ANSWER)
    plan = {"key": KEY, "workspace": "TLOCAL", "channel": "COPS", "thread": one.thread, "kind": "reply"}
    await one.db.write_whole(lambda tx: one.db.outbox.plan(tx, **plan, body=message.payload()))
    if died_after != "nothing":
        place = {"channel": "COPS", "ts": stream.ts}
        blocks = message.payload()["blocks"]
        await one.outgoing.client.chat_stopStream(
            **place,
            blocks=blocks[1:],
            metadata={"event_type": "cloudops_message", "event_payload": {"key": KEY}},
        )
        if died_after == "chat.update":
            await one.outgoing.client.chat_update(**place, text=ANSWER.text, blocks=blocks)
    two = await opened()
    two.thread = one.thread
    assert await two.outgoing.resend_all() == 1
    assert cards(two.answered_once()) == [("Reading logs of cart", "complete")]


async def test_a_growing_message_that_a_person_deleted_is_posted_anew(opened):
    one = await opened()
    stream = await one.asked()
    stream.step(LOGS)
    growing = await one.shown()
    one.slack.workspace.messages.drop("COPS", growing["ts"])
    await one.answer(stream)
    assert not cards(one.answered_once())


async def test_where_cards_are_taken_in_streams_alone_the_answer_stands_without_them(opened):
    one = await opened()
    one.fails("chat.update", error="invalid_blocks")
    stream = await one.asked()
    stream.step(LOGS)
    await one.shown()
    await one.answer(stream)
    assert not cards(one.answered_once())


async def test_nothing_of_it_leaves_a_process_that_may_be_taken_for_dead(opened):
    one = await opened()
    stream = await one.asked()
    one.outgoing.lease.lost.set()
    stream.step(LOGS)
    await asyncio.sleep(0.2)
    with pytest.raises(StoreUnavailable, match="sign of life"):
        await one.answer(stream)
    assert not one.ours()


async def test_words_of_a_step_pass_what_every_word_passes(opened):
    one = await opened()
    stream = await one.asked()
    stream.step("is reading logs of hunter2 <!channel> https://evil.example/" + "x" * 400)
    message = await one.shown()
    assert "hunter2" not in str(message) and "https://evil" not in str(message)
    await one.answer(stream)
    one.answered_once()


async def test_slack_is_asked_for_fewer_streams_than_it_takes_and_left_alone_when_it_says_so(opened):
    one = await opened()
    ability = one.streams.ability
    assert [ability.may_start("COPS") for _ in range(STARTS + 1)] == [True] * STARTS + [False]
    later = ability.now() + 61
    ability.now = lambda: later
    assert ability.may_start("COPS")
    one.fails("chat.startStream", status=429, error="ratelimited", retry_after=30)
    stream = await one.asked()
    stream.step(LOGS)
    await until(lambda: stream._task is not None and stream._task.done())
    assert not ability.may_start("CINCIDENTS")
    await one.answer(stream)
    one.answered_once()


async def test_what_began_and_is_not_answered_is_told_to_be_over_and_an_answer_never_is(opened):
    one = await opened()
    stream = await one.asked()
    stream.step(LOGS)
    await until(lambda: stream.streaming)
    await stream.rest(well=False)
    await one.streams.over(KEY)
    (message,) = one.ours()
    assert "I stopped working on this" in message["text"] and message["streaming_state"] == "completed"
    stream = await one.asked()
    stream.step(LOGS)
    await until(lambda: stream.streaming)
    await one.answer(stream)
    await one.streams.over(KEY)
    one.answered_once()


async def test_a_message_whose_answer_is_posted_beside_it_never_says_that_nothing_was_answered(opened):
    one = await opened()
    stream = await one.asked()
    stream.step(LOGS)
    await until(lambda: stream.streaming)
    one.fails("chat.stopStream", error="invalid_blocks", times=2)
    one.fails("chat.update", error="cant_update_message", times=2)
    await one.answer(stream)
    await one.streams.over(KEY)
    assert [message["text"] for message in one.ours()][1:] == [ANSWER.text]
    assert "I stopped working" not in str(one.ours())


async def test_a_stream_whose_end_is_refused_for_what_it_carries_is_ended_without_it(opened):
    one = await opened()
    stream = await one.asked()
    stream.step(LOGS)
    await until(lambda: stream.streaming)
    one.fails("chat.stopStream", error="invalid_blocks")
    await one.answer(stream)
    assert cards(one.answered_once()) == [("Reading logs of cart", "complete")]
    assert (await one.calls())[-3:] == ["chat.stopStream", "chat.stopStream", "chat.update"]


async def test_the_steps_take_no_part_of_a_long_answer_away(opened):
    one = await opened()
    stream = await one.asked()
    stream.step(LOGS)
    await until(lambda: stream.streaming)
    await stream.rest(well=True)
    whole = Message("long", tuple(section(f"part {n}") for n in range(50)))
    await one.outgoing.post(KEY, "COPS", one.thread, stream.crowned(whole))
    (message,) = one.ours()
    assert "part 49" in str(message["blocks"]) and "not shown here" not in str(message["blocks"])


async def test_a_message_that_was_deleted_is_told_nothing_more_and_the_status_line_goes_on(opened):
    one = await opened()
    stream = await one.asked()
    stream.step(LOGS)
    growing = await one.shown()
    one.slack.workspace.messages.drop("COPS", growing["ts"])
    stream.step("is diagnosing cart…")
    await until(stream._task.done)
    assert not stream.covers
    progress = ThreadProgress(one.outgoing, "COPS", one.thread, stream)
    await progress.step("is reading logs of hunter2…")
    await until(lambda: "is reading logs of" in str(one.slack.workspace.statuses))
    assert "hunter2" not in str(one.slack.workspace.statuses)
    await one.answer(stream)
    one.answered_once()


async def test_a_thread_that_is_gone_costs_its_channel_no_streams(opened):
    one = await opened()
    one.fails("chat.startStream", error="thread_not_found")
    stream = await one.asked()
    stream.step(LOGS)
    await until(lambda: stream._task is not None and stream._task.done())
    assert one.streams.ability.may_start("COPS")


async def test_the_name_of_a_stream_that_was_found_again_is_written_down(opened):
    one = await opened()
    one.fails("chat.startStream", drop_socket="after")
    stream = await one.asked()
    stream.step(LOGS)
    await until(lambda: stream._task is not None and stream._task.done())
    await one.answer(stream)
    one.answered_once()
    assert await one.db.read_whole(one.db.outbox.unsent) == []
