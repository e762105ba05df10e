"""A region that hangs: the others' answer comes nearly as soon as ever, says what is missing, and is quick the next time."""

import asyncio
import time
from functools import partial

import pytest

from tests.unit.oci_running import running
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.oracle_calls import desk
from tools.errors import GiveUp, TryLater
from tools.oracle.parts import each
from tools.oracle.patience import SHARE, USUAL, Patience, here
from tools.reads.oci_resources import OCI_RESOURCES

LEAST_S = 1.0
HOME, OTHER = "eu-frankfurt-1", "eu-amsterdam-1"
HANGS_MS = 20_000


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """So that nobody waits for these tests."""
    monkeypatch.setattr("tools.oracle.patience.LEAST_S", LEAST_S)


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    file = tenancy(resources={"core": {"Instance": instances(3)}})
    with running(file, tmp_path_factory.mktemp("oci"), speed=20) as one:
        yield one


def order(local, region, delay_ms, times=50):
    fault = {"operation": "search_resources", "region": region, "delay_ms": delay_ms, "times": times}
    local.local("/local/faults", fault)


async def timed(one):
    began = time.monotonic()
    result = await one.run(OCI_RESOURCES)
    return result, time.monotonic() - began


async def test_a_region_that_hangs_leaves_the_others_answer_within_one_and_a_half_times_of_normal(local):
    with desk(local) as one:
        await one.run(OCI_RESOURCES)  # the SDK imports a service when it is first used
        order(local, "", 3_500)
        whole, normal = await timed(one)
        assert not whole.could_not_see
        local.local("/local/faults", method="DELETE")
        order(local, OTHER, HANGS_MS)
        order(local, HOME, 3_500)
        result, hanging = await timed(one)
        assert result.data == whole.data
        assert hanging < 1.5 * normal, (normal, hanging)
        assert any(OTHER in line and "did not answer within" in line for line in result.could_not_see)
        local.local("/local/faults", method="DELETE")
        order(local, OTHER, HANGS_MS)
        again, third = await timed(one)
        assert again.data == whole.data
        assert third < LEAST_S, "a lane that hung is waited for once"
        assert any("left alone" in line for line in again.could_not_see)


# by itself


async def part(name: str, *, quick: float, hangs: tuple[str, ...] = (), pages: int = 1) -> str:
    """As many requests as `pages`, each answered after `quick` seconds; those of `hangs` never."""
    for _ in range(pages):
        with here().asking(0.0):
            await asyncio.sleep(30 if name.startswith(hangs) and hangs else quick)
    return name


async def test_one_that_turns_page_after_page_is_slow_and_waited_for():
    async def ask(name: str) -> str:
        return await part(name, quick=0.3 if name == "slow" else 0.01, pages=5 if name == "slow" else 1)

    assert not (await each(["quick", "slow"], ask)).missing


async def test_who_waits_for_our_own_limits_is_waited_for():
    async def ask(name: str) -> str:
        await asyncio.sleep(LEAST_S + 0.4 if name == "held" else 0)
        return name

    assert not (await each(["quick", "held"], ask)).missing


async def test_a_lane_that_hangs_takes_no_places_of_another():
    names = [f"{lane}{number}" for lane in "ab" for number in range(20)]
    began = time.monotonic()
    parts = await each(names, partial(part, quick=0.02, hangs=("a",)), lambda name: name[0])
    took = time.monotonic() - began
    assert set(parts.found) == {name for name in names if name.startswith("b")}
    assert len(parts.missing) == 20
    assert took < 4 * LEAST_S, "three rounds of eight, since nothing remembers the lane here"


async def test_refusals_set_no_pace_and_none_that_answers_is_an_error(monkeypatch):
    async def ask(name: str) -> str:
        if name == "refused":
            raise GiveUp("no")
        with here().asking(0.0):
            await asyncio.sleep(LEAST_S + 0.3)
        return name

    parts = await each(["refused", "slow"], ask)
    assert (list(parts.found), dict(parts.missing)) == (["slow"], {"refused": "no"})
    monkeypatch.setattr("tools.oracle.parts.PART_S", 0.2)
    with pytest.raises(TryLater, match=r"did not answer within 0\.2 s"):
        await each(["a", "b"], partial(part, quick=0, hangs=("a", "b")))


async def test_who_gives_up_the_whole_question_is_cancelled_with_all_parts():
    ended: list[str] = []

    async def ask(name: str) -> str:
        try:
            return await part(name, quick=30)
        finally:
            ended.append(name)

    task = asyncio.create_task(each(["a", "b"], ask))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(ended) == ["a", "b"]


@pytest.mark.parametrize(
    ("usual", "slowest", "after", "silent"),
    [
        (0.0, 0.1, LEAST_S - 0.1, False),
        (0.0, 0.1, LEAST_S + 0.1, True),
        (0.0, 10.0, 10 * SHARE - 0.1, False),
        (4.0, 0.1, 4 * USUAL - 0.1, False),
        (4.0, 0.1, 4 * USUAL + 0.1, True),
    ],
)
def test_patience_grows_with_the_others_and_with_what_is_usual(usual, slowest, after, silent):
    patience = Patience()
    with patience.asking(usual):
        assert patience.silent(time.monotonic() + after, slowest) is silent
    assert not patience.silent(time.monotonic() + after, slowest)


async def test_one_that_answers_late_after_all_is_asked_again_at_once_and_waited_for(local):
    """Nobody waited for it, but it is seen to work: neither left alone nor given up again."""
    with desk(local) as one:
        await one.run(OCI_RESOURCES)
        order(local, OTHER, 1_600, times=2)
        assert (await one.run(OCI_RESOURCES)).could_not_see
        await asyncio.sleep(1.0)
        again, took = await timed(one)
        assert (again.could_not_see, took > LEAST_S) == ((), True)
