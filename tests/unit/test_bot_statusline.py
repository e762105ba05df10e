"""The status line beside the work: newest step first, one call at a time, none after the end."""

import asyncio

from bot.statusline import StatusLine


class Slack:
    def __init__(self) -> None:
        self.shown: list[str] = []
        self.open = asyncio.Event()

    async def show(self, text: str) -> None:
        self.shown.append(text)
        await self.open.wait()


async def test_the_newest_step_is_shown_and_what_slack_had_no_time_for_is_passed_over() -> None:
    slack = Slack()
    line = StatusLine(slack.show, quiet=0)
    line.say("zero")
    line.say("one")
    await asyncio.sleep(0.01)
    line.say("two")
    line.say("three")
    assert slack.shown == ["one"]
    slack.open.set()
    await asyncio.sleep(0.01)
    assert slack.shown == ["one", "three"]


async def test_nothing_is_shown_after_the_end_and_the_end_waits_for_the_call_under_way() -> None:
    slack = Slack()
    line = StatusLine(slack.show, quiet=0)
    line.say("one")
    await asyncio.sleep(0.01)
    line.say("two")
    ending = asyncio.create_task(line.end(None))
    await asyncio.sleep(0.01)
    assert not ending.done()
    slack.open.set()
    await ending
    assert slack.shown == ["one"]


async def test_an_end_without_a_reply_clears_the_line() -> None:
    slack = Slack()
    slack.open.set()
    line = StatusLine(slack.show, quiet=0)
    line.say("one")
    await asyncio.sleep(0.01)
    await line.end("")
    assert slack.shown == ["one", ""]


async def test_work_that_ends_soon_shows_nothing_and_has_nothing_to_clear() -> None:
    for last in (None, ""):
        slack = Slack()
        line = StatusLine(slack.show, quiet=0.02)
        line.say("one")
        line.say("two")
        await line.end(last)
        await asyncio.sleep(0.05)
        assert slack.shown == []


async def test_work_that_takes_longer_shows_the_step_that_it_is_at() -> None:
    slack = Slack()
    line = StatusLine(slack.show, quiet=0.02)
    line.say("one")
    line.say("two")
    assert slack.shown == []
    await asyncio.sleep(0.05)
    assert slack.shown == ["two"]
    slack.open.set()
    await line.end(None)
