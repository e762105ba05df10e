"""A disk that is full, under a bot with SQLite: nothing is acknowledged that is not written, and it goes on when there is room."""

import asyncio
import resource
import time

import aiohttp
import pytest

from sandbox.slack.core.timing import Timing
from tests.journeys.bot_house import BOT, house
from tests.journeys.test_bot_process import free_port, process

pytestmark = pytest.mark.timeout(180)
BACK_S = 10.0
QUESTION = "what is wrong with checkout?"


@pytest.fixture
async def place(tmp_path):
    async with house(tmp_path, timing=Timing(ack=1.0, retries=(0.0, *map(float, range(1, 40))))) as found:
        yield found


def room(pid: int, *, left: bool) -> None:
    """No file of that process may grow, nor be written to beyond its first byte: what a full disk answers."""
    _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most if left else 0, most))


async def until(port: int, status: int, seconds: float = 3 * BACK_S) -> float:
    """Seconds until the bot says so of itself."""
    begun, said = time.perf_counter(), None
    while (said := await ready(port)) != status:
        assert time.perf_counter() - begun < seconds, said
        await asyncio.sleep(0.1)
    return time.perf_counter() - begun


async def ready(port: int) -> int | None:
    """None: it was too busy with its disk to answer."""
    try:
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"http://127.0.0.1:{port}/readyz", timeout=aiohttp.ClientTimeout(5)) as answer,
        ):
            return answer.status
    except (aiohttp.ClientError, TimeoutError):
        return None


async def test_nothing_is_acknowledged_on_a_full_disk_and_all_is_answered_once_there_is_room(place):
    port = free_port()
    async with process(place, HTTP_PORT=str(port)) as bot:
        await bot.until_ready()
        await place.ask(QUESTION)
        room(bot.child.pid, left=False)
        threads = [await place.slack.say("UALICE", "COPS", f"{BOT} {QUESTION}") for _ in range(4)]
        await until(port, 503)
        assert "cannot record anything" in str(
            await place.slack.do("commands", user="UBOB", channel="COPS", command="/cloudops", text="help")
        )
        assert not any(place.slack.replies("COPS", thread) for thread in threads)
        room(bot.child.pid, left=True)
        await until(port, 200)
        for thread in threads:
            await place.slack.wait_reply("COPS", thread, 45)
        await asyncio.sleep(0.5)
        assert [len(place.slack.replies("COPS", thread)) for thread in threads] == [1, 1, 1, 1]
        assert bot.child.returncode is None
