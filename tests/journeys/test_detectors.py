"""Detectors on a month of metrics: silent while muted, one card when it fires, over once it is calm; once across processes and kills."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.detectorlook import Read
from tests.journeys.bot_house import house, texts_of
from tests.journeys.detector_house import (
    GRANTED,
    HOUR,
    ONE,
    START,
    TOLD,
    cards,
    lines,
    month,
    oracle,
    process,
    story,
)
from tests.unit.oci_running import running

pytestmark = pytest.mark.timeout(300)
BUSY = {"base": 92, "day": 2, "noise": 2}
CALM = {"base": 40, "day": 10, "noise": 3}
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """One store that all processes of a test work on."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/app.db"
        return
    server = request.getfixturevalue("postgres")
    name = server.ready()
    yield server.url(name)
    server.give_back(name)


@pytest.fixture
async def place(tmp_path, request):
    (tmp_path / "oci").mkdir()
    with running(month(request.param), tmp_path / "oci", speed=1) as local:
        async with house(tmp_path, policy=GRANTED + ONE) as found:
            found.oci = local
            yield found


def when(*stories):
    return pytest.mark.parametrize("place", stories, indirect=True, ids=["place"])


@when(
    story(
        {"at": "-66h", **BUSY},
        {"at": "-58h", **CALM},
        {"at": "-12h", **BUSY},
        {"at": "-6h", **CALM},
        created="-16d",
    )
)
async def test_a_spike_before_there_are_14_days_is_silent_and_one_after_is_one_card_that_ends(place):
    async with process(place, "only", **oracle(place.oci)) as one:
        for hour in (-62, -59):
            await one.look(START + hour * HOUR)
            row = await one.row()
            assert row.seen_at == START + hour * HOUR
            assert abs((START - 48 * HOUR) - _time(row.state["muted_until"])) <= 2 * HOUR
        assert cards(place) == []
        for hour, title in ((-9, "Warning: "), (-8, "Warning: "), (-4, "Warning: "), (-1, "Over: ")):
            await one.look(START + hour * HOUR)
            (card,) = cards(place)
            assert card["text"].startswith(f"{title}shop cpu is unusual (node-1)"), hour
            assert title == "Over: " or "CpuUtilization of node-1: above the expected" in card["text"]
        assert "heard 3 times" in card["text"]
        assert (await one.row()).state["fires"] == {}


def reads(place):
    """How often Monitoring was asked so far."""
    calls = [row["operation"] for row in place.oci.local("/local/calls")["calls"]]
    return calls.count("summarize_metrics_data")


def _time(text):
    return type(START).fromisoformat(text)


@when(story({"at": "-30h", **BUSY}))
async def test_of_several_processes_one_looks_and_whoever_is_killed_leaves_the_look_to_the_next(place, url):
    held = {"database_url": url, **oracle(place.oci)}
    async with process(place, "first", **held) as a, process(place, "second", **held) as b:
        heard, killed = 0, 0
        for n, after in enumerate((0.0, 0.3, 0.02, 0.0, 0.6, 0.1)):
            at = START + (n - 26) * HOUR
            asked = reads(place)
            first = asyncio.create_task(a.look(at, cards=False))
            if after:  # somewhere between the claim, the read, and what is kept of it
                await asyncio.sleep(after)
                killed += first.cancel()
            await asyncio.gather(first, b.look(at), return_exceptions=True)
            assert after or reads(place) == asked + 1, "both looked"
            await b.look(at + 6 * MINUTE)
            row = await b.row()
            assert row.seen_at == row.looked_at, n
            (card,) = cards(place)
            heard += 1
            assert card["text"].startswith("Warning: shop cpu is unusual")
        db = b.core.db
        (triage,) = await db.read_whole(lambda tx: db.triage.live(tx, "TLOCAL", START - 40 * HOUR))
        assert [one["times"] for one in triage.seen.values()] == [heard]
        assert killed


@when(story(created="-20d"))
async def test_what_the_account_may_not_read_is_said_once_and_so_is_that_it_may_again(place):
    (place.root / "policy.yaml").write_text(TOLD + ONE)
    async with process(place, "only", **oracle(place.oci)) as one:
        for hour in (-9, -8, -7):
            await one.look(START + hour * HOUR)
        (said,) = lines(place, "Detector shop cpu")
        assert "system:triage may not read that in CINCIDENTS: bind it there" in said
        state = (await one.row()).state
        assert _time(state["trouble_since"]) == START - 9 * HOUR
        await one.policy(GRANTED + ONE)
        for hour in (-6, -5):
            await one.look(START + hour * HOUR)
        assert lines(place, "Detector shop cpu")[1:] == ["*Detector shop cpu*: I can look again."]
        assert (await one.row()).state["trouble"] == ""
        assert cards(place) == []
    assert reads(place) == 2


@when(story({"at": "-30h", **BUSY}))
async def test_a_side_that_does_not_answer_once_is_no_word_and_a_detector_that_goes_ends_what_it_found(place):
    async with process(place, "only", **oracle(place.oci)) as one:
        await one.look(START - 9 * HOUR)
        faults = {"operation": "summarize_metrics_data", "status": 503, "times": 60}
        place.oci.local("/local/faults", faults)
        await one.look(START - 8 * HOUR)
        assert "shop cpu" in str(cards(place)) and lines(place, "Detector") == []
        assert (await one.row()).state["trouble"]
        place.oci.local("/local/faults", method="DELETE")
        await one.look(START - 7 * HOUR)
        assert lines(place, "Detector") == []
        (card,) = cards(place)
        assert "Warning: " in texts_of(card["blocks"])
        await one.policy(GRANTED + ONE.replace("prod}", "prod, enabled: false}"))
        await one.look(START - 7 * HOUR + MINUTE)
        (card,) = cards(place)
        assert "Over: " in texts_of(card["blocks"])
        db = one.core.db
        assert await db.read_whole(lambda tx: db.detectors.of(tx, "TLOCAL")) == []


@when(story({"at": "-30h", **BUSY}))
async def test_what_a_process_found_that_was_slow_counts_no_more_once_another_looked(place):
    held = oracle(place.oci)
    async with process(place, "slow", **held) as a, process(place, "other", **held) as b:
        at, detectors = START - 9 * HOUR, a.wired.detectors
        await b.look(START - 10 * HOUR)
        before, (part,) = await b.row(), a.core.policy.policy.file.detectors
        store, found = a.core.db.detectors, Read([], "Monitoring does not answer", lasting=True)
        assert await a.core.db.write_whole(lambda tx: store.look(tx, before, at))
        await b.look(at + 6 * MINUTE)
        await detectors._kept(part, replace(before, looked_at=at), found, "CINCIDENTS")
        row = await b.row()
        assert (row.seen_at, row.state["trouble"]) == (at + 6 * MINUTE, "")
        assert lines(place, "Detector") == []
        db = b.core.db
        (triage,) = await db.read_whole(lambda tx: db.triage.live(tx, "TLOCAL", START - 40 * HOUR))
        assert [one["times"] for one in triage.seen.values()] == [2]


ALL = "detectors:\n  - {name: all cpu, metric: cpu, compartment: prod}\n"


@when(story(created="-20d"))
async def test_a_region_that_does_not_answer_is_said_and_not_taken_for_calm(place):
    (place.root / "policy.yaml").write_text(GRANTED + ALL)
    away = {"operation": "summarize_metrics_data", "region": "eu-amsterdam-1", "status": 404, "times": 99}
    place.oci.local("/local/faults", away)
    async with process(place, "only", **oracle(place.oci)) as one:
        for hour in (-9, -8):
            await one.look(START + hour * HOUR)
        (said,) = lines(place, "Detector all cpu")
        assert "I cannot look (eu-amsterdam-1" in said
