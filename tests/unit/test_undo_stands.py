"""An undo is offered while it takes back what the plan changed and nothing that others did since."""

import pytest

from agents.outcomes import Question
from storage.plans import PlanRow
from tests.chaos.world import open_world


@pytest.fixture
async def world(tmp_path):
    world = await open_world(tmp_path)
    yield world
    await world.close()


async def offered(world, plan):
    return (await world.changes.view(plan.id)).can_undo


async def test_pressed_after_others_changed_the_target_it_is_refused_in_words_and_leaves_the_card(world):
    plan = await world.approved()
    assert await offered(world, plan)
    world.backend.thing("web").size = 9
    world.told.changed.clear()
    asked = await world.changes.undo(world.turn("undo"), plan.id)
    assert isinstance(asked, Question)
    assert "size was 3, is 9" in asked.text
    assert "nothing was changed" in asked.text
    assert not await offered(world, plan)
    assert "size was 3, is 9" in (await world.changes.view(plan.id)).undo_gone
    assert world.told.changed == [plan.id], "its card is edited"
    assert len(world.backend.writes) == 1


async def test_a_look_once_a_minute_takes_it_off_the_card_and_gives_it_back(world):
    plan = await world.approved()
    await world.changes.tick()
    assert await offered(world, plan)
    world.backend.thing("web").size = 2
    await world.changes.tick()
    assert not await offered(world, plan), "somebody else took it back already"
    assert "as it was before the change" in (await world.changes.view(plan.id)).undo_gone
    world.backend.thing("web").size = 3
    await world.changes.tick()
    assert await offered(world, plan)


async def test_what_cannot_be_read_keeps_its_button(world):
    plan = await world.approved()
    world.backend.unreadable = True
    await world.changes.tick()
    assert await offered(world, plan)


async def test_a_target_that_is_merely_unwell_can_be_undone(world):
    plan = await world.approved()
    thing = world.backend.thing("web")
    thing.ready, thing.version, thing.generation = False, thing.version + 1, thing.generation + 1
    await world.changes.tick()
    assert await offered(world, plan), "that is what an undo is for"
    assert isinstance(await world.changes.undo(world.turn("undo"), plan.id), PlanRow)


async def test_after_a_day_a_card_is_no_longer_looked_after_and_a_press_still_is(world):
    plan = await world.approved()
    world.clock.advance(25 * 3600)
    world.backend.thing("web").size = 9
    reads = world.backend.reads
    await world.changes.tick()
    assert world.backend.reads == reads
    assert isinstance(await world.changes.undo(world.turn("undo"), plan.id), Question)
