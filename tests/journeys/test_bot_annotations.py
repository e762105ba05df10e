"""Grafana hears of every executed change once, over its time, whatever fails in between; a change never waits for it."""

import asyncio
from dataclasses import replace

import pytest
import pytest_asyncio

from agents.changes.outcome import outcome_of
from bot.replies.annotation import annotation_of
from sandbox.prometheus.grafana import Grafana
from tests.journeys.bot_house import house
from tests.journeys.test_bot_record import plan_of
from tools.breaker import Breaker

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
WRITER, VIEWER = "glsa_writer", "glsa_viewer"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    grafana = Grafana([], WRITER, VIEWER)
    await grafana.start()
    async with house(tmp_path_factory.mktemp("house")) as found:
        found.grafana = grafana
        yield found
    await grafana.stop()


def opened(place, token=WRITER):
    return place.open(grafana_url=place.grafana.url, grafana_token=token)


async def done(place, words):
    card = await place.card(words)
    plan = plan_of(card)
    await place.click(card, "plan_approve", "UBOB")
    await place.until(card, "Succeeded")
    return plan


async def noted(place, plan, seconds=10.0):
    for _ in range(int(seconds / 0.05)):
        if found := [one for one in place.grafana.annotations if f"plan:{plan}" in one["tags"]]:
            return found
        await asyncio.sleep(0.05)
    return []


async def test_an_executed_change_is_on_the_graphs_once_with_its_time_tags_people_and_card(place):
    async with opened(place) as bot:
        plan = await done(place, "scale cart to 3")
        (one,) = await noted(place, plan)
        row = await bot.core.db.read_whole(lambda tx: bot.core.db.plans.get(tx, plan))
        outcome, view = outcome_of(row), await bot.core.changes.view(plan)
        rejected = await place.card("restart checkout")
        await place.click(rejected, "plan_cancel", "UALICE")
        await place.until(rejected, "Cancelled")
        await bot.wired.annotations.tell(plan)  # as after an answer that was lost
    async with opened(place) as bot:
        await bot.wired.annotations.bring_up_to_date()
        await bot.wired.cards.coalescer.drain()
    assert place.grafana.annotations == [one]
    assert {"cloudops", "succeeded", "scale", "production", "shop", "cart"} <= set(one["tags"])
    assert 0 < one["time"] <= one["timeEnd"] < one["time"] + 60_000
    assert "Scale cart from 2 to 3 pods. Succeeded" in one["text"]
    assert "Asked for by alice" in one["text"]
    assert "Approved by bob" in one["text"]
    assert f'<a href="{place.slack.url}' in one["text"]
    hostile = annotation_of(replace(view, title="<script>x</script>"), outcome, str, "javascript:x")
    assert "<" not in hostile["text"]


async def test_a_grafana_that_fails_delays_nothing_and_hears_of_it_later(place):
    async with opened(place) as bot:
        place.grafana.failing = 1000
        plan = await done(place, "scale cart to 4")
        assert place.replicas("cart") == 4
        await bot.wired.cards.coalescer.drain()
        assert plan in bot.wired.annotations.late
        place.grafana.failing = 0
        bot.core.clients.grafana.breaker = Breaker("Grafana")  # as after its pause
        await bot.wired.annotations.catch_up()
        assert len(await noted(place, plan)) == 1
        assert not bot.wired.annotations.late


async def test_a_token_that_may_only_look_is_asked_once_and_changes_nothing(place):
    before = len(place.grafana.annotations)
    async with opened(place, VIEWER) as bot:
        plan = await done(place, "scale cart to 3")
        await bot.wired.cards.coalescer.drain()
        assert not bot.wired.annotations.late, "asking again does not help"
    assert len(place.grafana.annotations) == before, plan
