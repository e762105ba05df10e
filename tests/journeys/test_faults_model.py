"""The model slow, gone, silent, cut off, at its limit, or talking nonsense: the planner answers, and the rest goes on."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from sandbox.faults.proxy import FaultProxy
from sandbox.faults.trouble import CLEAN, GONE, SILENT, Trouble
from sandbox.models import Broken, Fail, ModelServer, Say
from sandbox.models.minds import sensible
from tests.journeys.bot_house import BOT, house

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUESTION = "what is wrong with checkout?"
TOLD_S = 10.0
SHORT_S = 8.0  # a model's time here; with --full its own twenty seconds
OPENS_AFTER, REST_S = 5, 61.0
PAGE = b"<html>captive portal</html>"
GARBAGE = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["groq", "openai"])
async def module_place(tmp_path_factory, request):
    root = tmp_path_factory.mktemp("house")
    async with ModelServer(sensible) as model, FaultProxy(model._port) as line, house(root) as found:
        found.model, found.line, found.provider = model, line, request.param
        base = f"http://127.0.0.1:{line.port}"
        where = {"groq_base_url": base, "openai_base_url": f"{base}/v1"}
        keys = {"groq_api_key": "k", "openai_api_key": "k"}
        async with found.open(llm=f"{request.param}:openai/gpt-oss-120b", **where, **keys) as bot:
            found.entry = bot.core.conversation._parts.chain.entries[0]
            yield found


@pytest_asyncio.fixture(loop_scope="module")
async def place(module_place):
    """A model that is well, and a breaker that knows of nothing."""
    usual = module_place.line.target
    yield module_place
    module_place.line.target, module_place.model.script = usual, sensible
    await module_place.line.be(CLEAN)
    module_place.entry.breaker.now = time.monotonic
    module_place.entry.breaker.succeeded()


def shown(message: dict) -> str:
    return f"{message['text']} {message.get('blocks')}"


async def by_planner(place, why: str) -> None:
    """Answered all the same, soon, and the reason is told."""
    begun = time.perf_counter()
    text = shown(await place.ask(QUESTION))
    assert "The language model is not available to you" in text, text
    assert why in text, text
    assert time.perf_counter() - begun < TOLD_S


async def by_model(place) -> None:
    text = shown(await place.ask(QUESTION))
    assert "I answer by rules" not in text, text


@asynccontextmanager
async def garbage(kind: bytes, body: bytes):
    """An address at which somebody else answers."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(GARBAGE % (kind, len(body), body))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()


LINES = {
    "gone": (GONE, "it cannot be reached or broke off"),
    "cut off at once": (Trouble(cut_after=0), "it cannot be reached or broke off"),
    "cut off in mid-answer": (Trouble(cut_after=300), "it cannot be reached or broke off"),
}
REPLIES = {
    "429": (Fail(429, 90), "it is at its rate limit; it asks to wait 90 s"),
    "500": (Fail(500), "it answers with an error (500)"),
    "503": (Fail(503), "it answers with an error (503)"),
    "401": (Fail(401), "it does not accept the key"),
    "silence in words": (Say(""), "its replies could not be used"),
    "arguments that are no JSON": (Broken("k8s_diagnose", '{"service": che'), ""),
}


@pytest.mark.parametrize("what", LINES)
async def test_a_line_that_fails_is_told_and_its_return_is_noticed(place, what):
    trouble, why = LINES[what]
    await by_model(place)
    await place.line.be(trouble)
    await by_planner(place, why)
    await place.line.be(CLEAN)
    await by_model(place)


@pytest.mark.parametrize("what", REPLIES)
async def test_an_answer_that_is_none_is_told(place, what):
    reply, why = REPLIES[what]
    place.model.script = lambda _body: reply
    await by_planner(place, why)


@pytest.mark.parametrize(
    ("kind", "body"), [(b"text/html", PAGE), (b"application/json", b"[]"), (b"application/json", b"{")]
)
async def test_somebody_else_at_its_address_is_told(place, kind, body):
    async with garbage(kind, body) as place.line.target:
        place.line.cut()
        await by_planner(place, "gpt-oss-120b: it")


async def test_a_slow_model_is_named_within_ten_seconds_and_commands_and_approvals_go_on(place, request):
    if place.provider == "openai" and not request.config.getoption("--full"):
        return  # the same seam: once is enough where time counts
    usual = place.entry.timeout_s
    place.entry.timeout_s = usual if request.config.getoption("--full") else SHORT_S
    await place.line.be(SILENT)
    begun, steps = time.perf_counter(), len(await place.calls("assistant.threads.setStatus"))
    thread = await place.slack.say("UALICE", "COPS", f"{BOT} {QUESTION}")
    waiting = asyncio.create_task(place.slack.wait_reply("COPS", thread, 40))
    card = await place.card("k8s restart cart")
    await place.click(card, "plan_approve", "UBOB")
    assert await place.slack.wait_for(place.writes, TOLD_S)
    assert "alice" in (await place.command("whoami"))["text"]
    assert not waiting.done()
    while not any(
        "which is slow" in str(call) for call in (await place.calls("assistant.threads.setStatus"))[steps:]
    ):
        assert time.perf_counter() - begun < TOLD_S
        await asyncio.sleep(0.1)
    assert "did not answer in time" in shown(await waiting)
    assert time.perf_counter() - begun < place.entry.timeout_s + 3
    await place.until(card, "Succeeded in")
    place.entry.timeout_s = usual


async def test_after_five_failures_nobody_asks_it_for_a_minute_and_then_one_does(place):
    await place.line.be(Trouble(cut_after=0))
    for _ in range(OPENS_AFTER):
        await by_planner(place, "broke off")
    tried = place.line.taken
    await by_planner(place, "next try in 60 s")
    assert place.line.taken == tried
    await place.line.be(CLEAN)
    await by_planner(place, "next try in")
    place.entry.breaker.now = lambda: time.monotonic() + REST_S
    await by_model(place)
