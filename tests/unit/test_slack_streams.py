"""Streams of the local Slack end and refuse as Slack's do."""

from sandbox.slack.validation import limits
from tests.unit.slack_bots import workspace
from tests.unit.test_slack_methods import code

READER = {"recipient_user_id": "UALICE", "recipient_team_id": "TLOCAL"}


def card(title="Reading logs", status="in_progress"):
    return {"type": "task_update", "id": "1", "title": title, "status": status}


async def test_a_title_is_as_long_as_slack_takes_it():
    async with workspace() as (slack, client):
        root = await slack.say("UALICE", "COPS", "x")
        place = {"channel": "COPS", "thread_ts": root, **READER}
        for chunk in (card, lambda title: {"type": "plan_update", "title": title}):
            assert (await client.chat_startStream(**place, chunks=[chunk("x" * limits.TASK_TITLE)]))["ok"]
            late = client.chat_startStream(**place, chunks=[chunk("x" * (limits.TASK_TITLE + 1))])
            assert await code(late) == "invalid_chunks"


async def test_a_growing_message_is_no_answer_yet_and_cannot_be_deleted():
    async with workspace() as (slack, client):
        root = await slack.say("UALICE", "COPS", "x")
        started = await client.chat_startStream(channel="COPS", thread_ts=root, chunks=[card()], **READER)
        place = {"channel": "COPS", "ts": started["ts"]}
        assert slack.replies("COPS", root) == []
        assert await code(client.chat_delete(**place)) == "cant_delete_message"
        await client.chat_stopStream(**place, markdown_text="done")
        assert [message["text"] for message in slack.replies("COPS", root)] == ["done"]
        assert (await client.chat_delete(**place))["ok"]


async def test_a_stream_does_not_live_longer_than_five_minutes_however_often_it_is_appended_to():
    now = [1_700_000_000.0]
    async with workspace(clock=lambda: now[0]) as (slack, client):
        root = await slack.say("UALICE", "COPS", "x")
        started = await client.chat_startStream(channel="COPS", thread_ts=root, chunks=[card()], **READER)
        place = {"channel": "COPS", "ts": started["ts"]}
        pause = slack.workspace.timing.stream_idle - 1
        for _ in range(int(slack.workspace.timing.stream_life / pause)):
            now[0] += pause
            assert (await client.chat_appendStream(**place, chunks=[card()]))["ok"]
        now[0] += pause
        assert (
            await code(client.chat_appendStream(**place, chunks=[card()])) == "message_not_in_streaming_state"
        )
