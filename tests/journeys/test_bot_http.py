"""Signed HTTP as an attacker and as a bad network see it; what people do over it is in the other journeys."""

import asyncio
import hashlib
import hmac
import io
import json
import time
import urllib.parse

import aiohttp
import pytest

from bot.cli.checks.events import events
from bot.metrics import REGISTRY
from bot.settings import Settings
from bot.transport import transport
from bot.web import Web
from sandbox.slack.core.timing import Timing
from tests.journeys.bot_house import events_address, house
from tests.journeys.test_bot_delivery import event

FORM = "application/x-www-form-urlencoded"
WINDOW_S = 300


@pytest.fixture
async def place(tmp_path):
    async with house(tmp_path, timing=Timing(retries=(0.1, 0.2, 0.4))) as found:
        yield found


def signed(place, body: bytes, *, age_s: float = 0, secret: str = "", kind: str = "application/json") -> dict:
    stamp = str(int(time.time() - age_s))
    key = (secret or place.slack.signing_secret).encode()
    digest = hmac.new(key, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }


async def post(bot, body: bytes, headers: dict) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as http,
        http.post(events_address(bot), data=io.BytesIO(body), headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def admitted(bot) -> int:
    from sqlalchemy import text

    async with bot.core.db.read() as tx:
        return (await tx.run(text("SELECT count(*) FROM inbox"))).scalar_one()


def command(text: str, trigger: str = "1.2.abc") -> bytes:
    fields = {
        "command": "/cloudops", "text": text, "team_id": "TLOCAL", "user_id": "UALICE", "channel_id": "COPS",
        "trigger_id": trigger, "response_url": "",
    }  # fmt: skip
    return urllib.parse.urlencode(fields).encode()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"secret": "somebody else's"}, "another secret"),
        ({"age_s": WINDOW_S + 5}, "older than the replay window"),
        ({"age_s": -WINDOW_S - 5}, "from the future"),
    ],
)
async def test_what_slack_did_not_sign_just_now_is_refused_and_nothing_is_stored(place, wrong, why):
    body = json.dumps(event(1)).encode()
    async with place.open(slack_mode="http") as bot:
        status, _ = await post(bot, body, signed(place, body, **wrong))
        assert status == 401, why
        status, _ = await post(bot, command("help"), signed(place, command("help"), kind=FORM, **wrong))
        assert status == 401, why
        assert await admitted(bot) == 0


async def test_a_changed_byte_a_missing_header_and_an_unsigned_ssl_check_admit_nothing(place):
    body = json.dumps(event(1)).encode()
    async with place.open(slack_mode="http") as bot:
        good = signed(place, body)
        assert (await post(bot, body.replace(b"whoami", b"whoamI"), good))[0] == 401
        for name in ("X-Slack-Signature", "X-Slack-Request-Timestamp"):
            assert (await post(bot, body, {k: v for k, v in good.items() if k != name}))[0] == 401
        unsigned = command("help") + b"&ssl_check=1"
        await post(bot, unsigned, {"Content-Type": FORM})
        assert await admitted(bot) == 0


async def test_a_body_that_is_no_text_or_no_payload_or_too_large_is_refused(place):
    async with place.open(slack_mode="http") as bot:
        for body, wanted in (
            (b"\xff\xfe\x00", 400),
            (b"", 400),
            (b"{", 400),
            (b"[]", 400),
            (b"payload=%7B", 400),
            (b"payload=3", 400),
            (b"x" * (1024 * 1024 + 1), 413),
        ):
            status, _ = await post(
                bot, body, signed(place, body, kind=FORM if b"=" in body else "application/json")
            )
            assert status == wanted, body[:20]
        async with aiohttp.ClientSession() as http, http.get(events_address(bot)) as answer:
            assert answer.status == 405
        assert await admitted(bot) == 0
        assert (await place.command("whoami"))["text"]


async def test_the_address_answers_slacks_challenge(place):
    body = json.dumps({"type": "url_verification", "challenge": "3eZbr", "token": "x"}).encode()
    async with place.open(slack_mode="http") as bot:
        assert await post(bot, body, signed(place, body)) == (200, json.dumps({"challenge": "3eZbr"}))
        assert (await post(bot, body, signed(place, body, secret="wrong")))[0] == 401


async def test_the_doctor_sends_slacks_challenge_and_tells_each_mistake_apart(place):
    async with place.open(slack_mode="http") as bot:
        base = f"http://127.0.0.1:{bot.web.port}"

        async def asked(**changed) -> str:
            line = await events(place.settings(**{"slack_mode": "http", "public_url": base} | changed))
            return f"{line.state}: {line.text}"

        assert await asked() == f"ok: {base}/slack/events answers Slack's challenge"
        assert "SLACK_SIGNING_SECRET" in await asked(slack_signing_secret="another")
        assert "PUBLIC_URL: missing" in await asked(public_url="")
        assert (await asked(public_url=place.slack.url)).startswith("wrong: PUBLIC_URL")
        await bot.transport.close()
        assert (await asked()).startswith("off: no bot answers")
    assert (await asked()).startswith("off: no bot answers")


async def test_the_same_signed_bytes_again_within_the_window_do_nothing_twice(place):
    """Replay: an event, a command and a click, each five times at once."""
    async with place.open(slack_mode="http") as bot:
        card = await place.card("restart cart")
        plan = next(e["value"] for b in card["blocks"] if b["type"] == "actions" for e in b["elements"])
        before, writes = await admitted(bot), len(place.writes())
        click = {
            "type": "block_actions", "team": {"id": "TLOCAL"}, "user": {"id": "UBOB", "team_id": "TLOCAL"},
            "api_app_id": "ACLOUDOPS", "trigger_id": "9.9.click", "channel": {"id": "COPS"}, "message": card,
            "container": {"type": "message", "message_ts": card["ts"], "channel_id": "COPS"},
            "actions": [{"action_id": "plan_approve", "value": plan, "type": "button", "action_ts": "1764.1",
                         "block_id": f"plan:{plan}"}],
        }  # fmt: skip
        mention = json.dumps(event(7)).encode()
        pressed = urllib.parse.urlencode({"payload": json.dumps(click)}).encode()
        for body, kind in ((mention, "application/json"), (command("whoami"), FORM), (pressed, FORM)):
            headers = signed(place, body, kind=kind)
            answers = await asyncio.gather(*(post(bot, body, headers) for _ in range(5)))
            assert {status for status, _ in answers} == {200}
        await place.until(card, "Succeeded in")
        assert await admitted(bot) == before + 3
        assert len(place.writes()) == writes + 1


async def test_an_event_that_finds_the_bot_closing_comes_again_and_is_answered_once(place):
    async with place.open(slack_mode="http") as bot:
        app = bot.wired.app
        await bot.transport.close()
        assert await bot.transport.state() == "not connected"
        ts = await place.slack.say("UALICE", "COPS", "<@UCLOUDOPS> whoami")
        await asyncio.sleep(0.25)
        assert await admitted(bot) == 0
        again = retries()
        await bot.transport.connect(app)
        await place.slack.wait_reply("COPS", ts, 20)
        await place.slack.workspace.courier.quiet()
        assert len(place.slack.replies("COPS", ts)) == 1
        assert retries() > again


def test_the_route_exists_with_signed_http_alone():
    for mode, paths in (("socket", []), ("http", ["/slack/events"])):
        web = Web()
        transport(Settings(slack_mode=mode, slack_signing_secret="x", _env_file=None), web)
        assert [route.path for route in web._routes] == paths


def retries() -> float:
    found = REGISTRY.get_sample_value("cloudops_redeliveries_total", {"reason": "http_error"})
    return found or 0.0
