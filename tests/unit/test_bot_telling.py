"""What the bot says to Slack when something else answers, when Slack asks to wait, and when much was said meanwhile."""

import asyncio
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.lease import Lease
from bot.outgoing import Outgoing, SlackAwayError
from bot.replies.blocks import Message
from bot.slackclient import web_client
from sandbox.slack import LocalSlack
from storage.clock import SystemClock
from storage.database import Database
from storage.errors import StoreUnavailable
from tests.unit.slack_bots import OURS

HELLO = Message("hello")
NOT_SLACK = {
    "text of a proxy": {"status": 503, "text": "upstream connect error or disconnect/reset before headers"},
    "a page": {"status": 502, "text": "<html>Bad Gateway</html>", "content_type": "text/html"},
    "text as if it were fine": {"status": 200, "text": "ok"},
    "half an answer": {"status": 200, "text": '{"ok": tr', "content_type": "application/json"},
    "a list": {"status": 200, "text": "[]", "content_type": "application/json"},
    "no text": {"status": 200, "body": b"\xff\xfe", "content_type": "application/json"},
    "nothing": {"status": 200, "body": b""},
}


class Stranger:
    """In the place of Slack: `says` is what the next answers are; then the post is taken."""

    def __init__(self):
        self.says, self.posts, self.on_post = [], 0, None

    async def answer(self, request):
        if not request.path.endswith("chat.postMessage"):
            return web.json_response({"ok": True, "messages": []})
        self.posts += 1
        if self.on_post:
            self.on_post()
        if self.says:
            return web.Response(**self.says.pop(0))
        return web.json_response({"ok": True, "ts": f"1.{self.posts}", "channel": "C1"})


@pytest.fixture
async def stranger():
    found = Stranger()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", found.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    yield found
    await runner.cleanup()


@asynccontextmanager
async def posting(token, url, folder):
    db = await Database.open(f"sqlite:///{folder}/app.db", clock=SystemClock(), worker="a")
    lease = Lease(db)
    await lease.begin()
    async with aiohttp.ClientSession() as http:
        yield Outgoing(web_client(token, url, http), db, "TLOCAL", lease)
    await lease.end()
    await db.close()


@pytest.mark.parametrize("name", NOT_SLACK)
async def test_what_is_no_answer_of_slacks_is_slack_away_and_later_the_message_comes(
    stranger, tmp_path, name
):
    async with posting("xoxb-1", stranger.url, tmp_path) as outgoing:
        stranger.says = [NOT_SLACK[name]] * 3
        with pytest.raises(SlackAwayError):
            await outgoing.post("reply:1", "C1", "", HELLO)
        stranger.says = [NOT_SLACK[name]] * 3
        assert await outgoing.resend_all() == 0
        assert await outgoing.resend_all() == 1
        assert await outgoing.resend("reply:1") == "1.7"


async def test_who_was_asked_to_wait_and_is_taken_for_dead_meanwhile_says_nothing(stranger, tmp_path):
    async with posting("xoxb-1", stranger.url, tmp_path) as outgoing:
        stranger.says = [{"status": 429, "text": '{"ok": false, "error": "ratelimited"}', "content_type": "application/json", "headers": {"Retry-After": "1"}}]  # fmt: skip
        stranger.on_post = outgoing.lease.lost.set
        with pytest.raises(StoreUnavailable):
            await outgoing.post("reply:1", "C1", "", HELLO)
    assert stranger.posts == 1


async def test_an_earlier_post_is_found_in_a_long_thread(tmp_path):
    async with LocalSlack(OURS) as slack, posting(slack.bot_token, slack.api_url, tmp_path) as outgoing:
        root = await slack.say("UALICE", "COPS", "root")
        ts = await outgoing.post("reply:1", "COPS", root, HELLO)
        await asyncio.gather(*(slack.say("UALICE", "COPS", f"{n}", thread_ts=root) for n in range(230)))
        again = await outgoing.post("reply:2", "COPS", root, HELLO)
        for key in ("reply:1", "reply:2"):
            await outgoing.db.write_whole(lambda tx, key=key: outgoing.db.outbox.sent(tx, key=key, ts=""))
        assert [await outgoing.resend("reply:1"), await outgoing.resend("reply:2")] == [ts, again]
