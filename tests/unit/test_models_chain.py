"""The chain against a scripted server: failures of every kind, both clients, breakers, waits."""

import asyncio
import time

import pytest
from pydantic import SecretStr

from agents.models import Chain, ModelsAway, ModelsConfig, build_chain, parse
from agents.models.breaker import Breaker
from agents.models.check import check
from agents.models.errors import ModelAway, Why
from agents.models.tokens import used
from sandbox.models import Calls, Fail, Hang, ModelServer, Reset, Say

KEY = SecretStr("k")
PROVIDERS = ["groq", "openai"]


@pytest.fixture
async def chains():
    """Makes chains and closes their connections at the end."""
    made: list[Chain] = []

    def make(config: ModelsConfig) -> Chain:
        made.append(build_chain(config))
        return made[-1]

    yield make
    for chain in made:
        await chain.close()


def config(server: ModelServer, *providers: str, timeout_s: float = 3.0) -> ModelsConfig:
    llm = ",".join(f"{p}:{p}-model" for p in providers)
    return ModelsConfig(llm, KEY, server.groq_url, KEY, server.openai_url, timeout_s)


async def ask(chain, seconds: float = 10.0):
    deadline = asyncio.get_running_loop().time() + seconds
    return await chain.run(lambda entry: entry.model.ainvoke("hello"), deadline)


def test_the_setting_is_an_ordered_list_that_offline_ends() -> None:
    assert [str(s) for s in parse("groq:openai/gpt-oss-120b, openai:m:1,offline,groq:never")] == [
        "groq:openai/gpt-oss-120b",
        "openai:m:1",
    ]
    assert parse("offline") == ()


@pytest.mark.parametrize("bad", ["gpt-4", "groq:", "azure:x", "groq"])
def test_a_malformed_entry_is_named(bad: str) -> None:
    with pytest.raises(ValueError, match="LLM"):
        parse(bad)


def test_a_missing_key_names_the_setting() -> None:
    with pytest.raises(ValueError, match="GROQ_API_KEY"):
        build_chain(ModelsConfig("groq:m"))


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_an_answer_comes_with_who_gave_it_and_its_tokens(provider: str, chains) -> None:
    async with ModelServer([Say("hi")]) as server:
        answer, spec, reasons = await ask(chains(config(server, provider)))
        assert answer.content == "hi"
        assert str(spec) == f"{provider}:{provider}-model"
        assert reasons == ()
        assert used(answer) > 0
        assert server.requests[0]["temperature"] < 1e-6
        assert not server.requests[0].get("stream")


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Fail(500), "error (500)"),
        (Fail(429, 90), "wait 90 s"),
        (Fail(429), "rate limit"),
        (Fail(401), "key"),
        (Fail(400), "refuses the request"),
        (Reset(), "broke off"),
        (Hang(5), "in time"),
        (Fail(400, code="tool_use_failed"), "tool call"),
    ],
)
async def test_every_failure_goes_to_the_next_and_says_why(provider: str, reply, why: str, chains) -> None:
    async with ModelServer([reply]) as away, ModelServer([Say("second")]) as there:
        patience = 0.7 if isinstance(reply, Hang) else 20.0  # a first call reads the SDK's code
        first = chains(config(away, provider, timeout_s=patience))
        second = chains(config(there, "openai" if provider == "groq" else "groq"))
        chain = type(first)((*first.entries, *second.entries))
        answer, _, reasons = await ask(chain)
        assert answer.content == "second"
        assert why in reasons[0]


async def test_a_long_rate_limit_is_told_at_once_and_not_asked_again(chains) -> None:
    async with ModelServer([Fail(429, 47)]) as server:
        chain = chains(config(server, "groq"))
        started = time.monotonic()
        for _ in range(3):
            with pytest.raises(ModelsAway, match=r"4[67] s"):
                await ask(chain)
        assert time.monotonic() - started < 2.0
        assert len(server.requests) == 1
        assert not chain.available()
        assert "47 s" in chain.reasons()[0]


async def test_a_short_rate_limit_is_waited_for(chains) -> None:
    async with ModelServer([Fail(429, 1), Say("now")]) as server:
        answer, _, _ = await ask(chains(config(server, "groq")))
        assert answer.content == "now"


async def test_an_unreadable_tool_call_is_asked_for_again(chains) -> None:
    async with ModelServer([Fail(400, code="tool_use_failed"), Say("better")]) as server:
        answer, _, _ = await ask(chains(config(server, "groq")))
        assert answer.content == "better"


async def test_streams_work_too(chains) -> None:
    async with ModelServer([Say("one two three four")]) as server:
        model = chains(config(server, "groq")).entries[0].model
        text = "".join([str(chunk.content) async for chunk in model.astream("hello")])
        assert text == "one two three four"
        assert server.requests[0]["stream"] is True


async def test_a_stream_that_breaks_raises_after_its_text(chains) -> None:
    async with ModelServer([Reset()]) as server:
        entry = chains(config(server, "groq")).entries[0]
        from agents.models.chat import failures

        with pytest.raises(failures("groq")):
            async for _ in entry.model.astream("hello"):
                pass


async def test_tools_are_bound_once_a_set(chains) -> None:
    async with ModelServer([Calls.one("look", at="x")]) as server:
        entry = chains(config(server, "groq")).entries[0]
        functions = [
            {
                "type": "function",
                "function": {"name": "look", "parameters": {"type": "object", "properties": {}}},
            }
        ]
        assert entry.bound("a", functions) is entry.bound("a", functions)
        answer = await entry.bound("a", functions).ainvoke("hello")
        assert answer.tool_calls[0]["args"] == {"at": "x"}


class Ticks:
    now = 0.0


def test_the_breaker_opens_after_five_and_lets_one_probe_through() -> None:
    ticks = Ticks()
    breaker = Breaker(lambda: ticks.now)
    for _ in range(5):
        assert breaker.waits() == 0
        breaker.enter()
        breaker.failed(ModelAway(Why.DOWN, "down"))
    assert breaker.waits() == 60
    ticks.now = 61
    assert breaker.waits() == 0
    breaker.enter()
    assert sum(breaker.waits() == 0 for _ in range(50)) == 0
    breaker.failed(ModelAway(Why.DOWN, "down"))
    assert breaker.waits() == 60
    ticks.now = 122
    breaker.enter()
    breaker.succeeded()
    assert breaker.waits() == 0


def test_a_cancelled_probe_frees_its_place_and_bad_requests_do_not_count() -> None:
    ticks = Ticks()
    breaker = Breaker(lambda: ticks.now)
    for _ in range(9):
        breaker.failed(ModelAway(Why.REQUEST, "too long"))
    assert breaker.waits() == 0
    breaker.failed(ModelAway(Why.BUSY, "busy", 10))
    ticks.now = 11
    breaker.enter()
    breaker.left()
    assert breaker.waits() == 0


async def test_models_are_checked_without_a_token() -> None:
    async with ModelServer([Say("x")]) as server:
        config = ModelsConfig(
            "groq:openai/gpt-oss-20b,openai:nobody-has-this", KEY, server.groq_url, KEY, server.openai_url
        )
        assert [item.problem for item in await check(config)] == [
            "",
            "the provider does not offer this model",
        ]
        assert server.requests == []
    away = ModelsConfig("groq:m,openai:n", KEY, server.groq_url)
    assert [item.problem for item in await check(away)] == [
        "the provider cannot be reached",
        "OPENAI_API_KEY is not set",
    ]
