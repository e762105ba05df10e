"""Hostile deliveries: whatever comes, the bot refuses what is not signed, answers no content with a 5xx, and lives on."""

import asyncio
import io
import logging
import os
from collections import Counter

import aiohttp
import psutil
import pytest

from tests.journeys.bot_house import events_address, house
from tests.journeys.hostile_deliveries import Attacker
from tests.journeys.test_bot_http import FORM, admitted, command, post, signed

pytestmark = pytest.mark.timeout(3600)
AT_ONCE = 24
GROWTH_MIB = 60
FRAMES = ("", "x", "{", "[]", "null", "3", '"x"', "\x00", "[" * 50_000, '{"a":' * 50_000, "x" * 200_000)
SCRAPS = (
    b"",
    b"\x00" * 50,
    b"\x16\x03\x01\x02\x00",
    b"POST /slack/events HTTP/9.9\r\n\r\n",
    b"GET " + b"/" * 20_000,
)
LYING = b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n{"
CHUNKS = b"POST /slack/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{\r\n"


@pytest.fixture
async def place(tmp_path, caplog):
    caplog.set_level(logging.ERROR)
    async with house(tmp_path) as found:
        yield found


@pytest.fixture
def half(request):
    """Half of all deliveries."""
    return 50_000 if request.config.getoption("--full") else 2_500


def memory() -> float:
    return psutil.Process(os.getpid()).memory_info().rss / 1024 / 1024


async def sent(bot, requests) -> Counter:
    """How often each status was the answer."""
    statuses, left = Counter(), iter(requests)
    async with aiohttp.ClientSession() as http:

        async def sender() -> None:
            for one in left:
                body = io.BytesIO(one.body)
                async with http.post(events_address(bot), data=body, headers=one.headers) as answer:
                    statuses[answer.status] += 1
                    assert answer.status < 500, (answer.status, one.body[:500], one.headers)

        await asyncio.gather(*(sender() for _ in range(AT_ONCE)))
    return statuses


async def well(place) -> None:
    """It is up, answers who asks, and its record is whole."""
    assert (await place.bot.health.report())["status"] == "ok"
    assert "alice" in (await place.ask("whoami"))["text"]
    assert "What you may do" in (await place.command("help"))["text"]
    assert (await place.bot.core.db.verify()).ok


def errors(caplog) -> list[str]:
    return [record.getMessage()[:2000] for record in caplog.records if record.levelno >= logging.ERROR]


async def test_nothing_that_slack_did_not_sign_is_admitted(place, half, caplog, record_property):
    async with place.open(slack_mode="http") as bot:
        attacker = Attacker(1, place.slack.signing_secret)
        statuses = await sent(bot, (attacker.unsigned() for _ in range(half)))
        assert set(statuses) <= {400, 401, 413}
        assert statuses[401] > half / 2
        assert await admitted(bot) == 0
        assert errors(caplog) == []
        await well(place)
    record_property("figure", f"{half:,} not signed: {dict(statuses)}, none admitted")


async def test_no_signed_content_ends_in_an_error_or_stays_in_memory(place, half, caplog, record_property):
    async with place.open(slack_mode="http") as bot:
        attacker = Attacker(2, place.slack.signing_secret)
        statuses = await sent(bot, (attacker.signed() for _ in range(half // 5)))
        before = memory()
        statuses += await sent(bot, (attacker.signed() for _ in range(half - half // 5)))
        grown = memory() - before
        assert set(statuses) <= {200, 400, 404, 413}
        assert statuses[200] > half / 20
        assert errors(caplog) == []
        await well(place)
    assert grown < GROWTH_MIB
    record_property(
        "figure", f"{half:,} signed: {dict(statuses)}, {grown:+.0f} MiB over the last four fifths"
    )


async def test_what_is_no_http_at_all_harms_nobody(place, caplog):
    async with place.open(slack_mode="http") as bot:
        for scrap in (*SCRAPS, LYING, CHUNKS) * 5:
            _, writer = await asyncio.open_connection("127.0.0.1", bot.web.port)
            writer.write(scrap)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        await well(place)
        assert errors(caplog) == []


async def test_hostile_frames_of_a_socket_leave_the_bot_listening(place, half, record_property):
    async with place.open() as bot:
        attacker, links = Attacker(3, "x"), place.slack.workspace.links
        for number in range(half // 2):
            link = links._open()[number % 2]
            await link.send(envelope(number, attacker))
            if number % 5 == 0:
                await link.socket.send_str(attacker.rng.choice(FRAMES))
            if number % AT_ONCE == 0:
                await asyncio.sleep(
                    0.05
                )  # nobody's socket lives through a flood that leaves no room for its pings
        await link.socket.send_bytes(attacker.rng.randbytes(300))
        await asyncio.wait_for(place.slack.workspace.courier.quiet(), 30)
        await well(place)
        assert await bot.transport.state() == "ok"
    record_property("figure", f"{half // 2:,} tampered envelopes by Socket Mode")


def envelope(number: int, attacker: Attacker) -> dict:
    kind = attacker.rng.choice(("events_api", "interactive", "slash_commands", "x"))
    return {"envelope_id": str(number), "type": kind, "payload": attacker.object()}


async def test_a_command_may_hold_the_word_payload(place):
    asked = ("whoami payload", "what is wrong with payload=checkout?", "payload")
    async with place.open(slack_mode="http") as bot:
        for number, words in enumerate(asked, 1):
            body = command(words, trigger=f"1.2.{number}")
            status, _ = await post(bot, body, signed(place, body, kind=FORM))
            assert (status, await admitted(bot)) == (200, number)
