"""Every action of the catalogue through the same suite: what it may never do, whatever dies, lies or changes in between."""

import asyncio
import itertools

import pytest
import pytest_asyncio

from agents.changes.seal import open_plan
from storage.plans import PlanRow
from tests.chaos.world import BOB, DAN
from tests.contracts.actions import alerts as alerts_place
from tests.contracts.actions import cloud as cloud_place
from tests.contracts.actions import place as cluster_place
from tests.contracts.actions.bench import Killed, bench, killed, once
from tests.contracts.actions.catalogue import BY_NAME, RIGS, WAITING
from tools.registry import ACTIONS

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(60)]
CRASHES = (
    "after_claim",
    "before_write",
    "after_write",
    "before_result",
    "during_verify",
    "before_settle",
    "before_notify",
)
NOTHING_SENT = {"after_claim", "before_write"}
NEVER_DONE = {"rolled_back", "rollback_failed", "failed", "unknown", "void"}
_numbers = itertools.count(1)
every_action = pytest.mark.parametrize("rig", RIGS, ids=lambda rig: rig.action)


def every_action_but(*parts, reversible=False):
    """Those where these parts can be; `reversible`: and that have a way back."""
    rigs = [rig for rig in RIGS if not {*parts} & {*rig.without} and not (reversible and rig.irreversible)]
    return pytest.mark.parametrize("rig", rigs, ids=lambda rig: rig.action)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def at_cluster(tmp_path_factory):
    root, own = tmp_path_factory.mktemp("cluster"), tmp_path_factory.mktemp("bot")
    async with cluster_place.cluster(root) as place, bench(own, place) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def at_cloud(tmp_path_factory):
    root, own = tmp_path_factory.mktemp("cloud"), tmp_path_factory.mktemp("bot")
    with cloud_place.cloud(root) as place:
        async with bench(own, place) as made:
            yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def at_alerts(tmp_path_factory):
    async with alerts_place.alerts() as place, bench(tmp_path_factory.mktemp("bot"), place) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def on(at_cluster, at_cloud, at_alerts, rig):
    here = {"cluster": at_cluster, "cloud": at_cloud, "alerts": at_alerts}[rig.at]
    here.hold_s, here.deadline_s = 0.0, 10.0
    here.world.starter.held = False
    here.engine()
    yield here
    here.place.clear()


def made(on, rig):
    return rig.make(on.place, next(_numbers))


async def test_every_action_has_a_rig():
    names = {action.name for action in ACTIONS}
    assert names == set(BY_NAME) | set(WAITING)
    assert not set(BY_NAME) & set(WAITING)


@every_action
async def test_planning_only_reads_and_says_what_will_differ(on, rig):
    case = made(on, rig)
    before = case.state()
    plan = await on.propose(rig, case)
    assert isinstance(plan, PlanRow), plan
    draft = open_plan(plan).draft
    assert (on.place.sent(case), case.state()) == ([], before)
    assert draft.changes
    assert draft.blast.summary
    assert draft.check.criterion
    assert draft.dry_run
    assert (draft.rollback is None) is rig.irreversible
    assert draft.reversible is not rig.irreversible


@every_action_but("dry run")
async def test_without_the_right_there_is_no_card(on, rig):
    case = made(on, rig)
    on.place.refuse(case)
    assert not isinstance(await on.propose(rig, case), PlanRow)
    assert on.place.writes(case) == []


@every_action
async def test_what_is_approved_happens_once_and_is_verified(on, rig):
    case = made(on, rig)
    before = case.state()
    plan = await on.approved(rig, case)
    state = await on.run(plan, case)
    view = await on.world.changes.view(plan.id)
    assert state == "succeeded", (state, view.detail, view.history)
    assert case.state() != before
    assert len(on.place.writes(case)) == rig.writes


@every_action_but("undo", reversible=True)
async def test_what_succeeded_is_undone_by_a_plan_of_its_own(on, rig):
    case = made(on, rig)
    before = case.state()
    plan = await on.approved(rig, case)
    assert await on.run(plan, case) == "succeeded"
    undo = await on.world.changes.undo(on.world.turn("undo that"), plan.id)
    assert isinstance(undo, PlanRow), undo
    decided = await on.world.click(undo.id, BOB)
    assert decided.kind == "quorum", decided
    state = await on.run(undo, case)
    view = await on.world.changes.view(undo.id)
    assert state == "succeeded", (state, view.detail, view.history)
    assert case.state() == before


@every_action
async def test_clicked_twice_and_started_twice_it_happens_once(on, rig):
    case = made(on, rig)
    plan = await on.approved(rig, case)
    await asyncio.gather(on.world.click(plan.id, BOB), on.world.click(plan.id, DAN))
    async with on.living(case):
        await asyncio.gather(*(on.world.changes.execute(plan.id) for _ in range(4)))
        on.engine()
        await on.world.changes.execute(plan.id)
    assert await on.world.state(plan.id) == "succeeded"
    assert len(on.place.sent(case)) == rig.writes


@every_action_but("spoiled")
async def test_what_does_not_take_effect_is_taken_back(on, rig):
    case = made(on, rig)
    before = case.state()
    on.deadline_s = 0.5
    plan = await on.approved(rig, case)
    state = await on.run(plan, case, spoiled=True)
    view = await on.world.changes.view(plan.id)
    assert state == ("failed" if rig.irreversible else "rolled_back"), (state, view.detail, view.history)
    assert rig.irreversible or case.state() == before


@every_action_but("spoiled", "way back", reversible=True)
async def test_what_cannot_be_taken_back_says_so(on, rig):
    case = made(on, rig)
    on.deadline_s = 0.5
    plan = await on.approved(rig, case)
    on.engine(once("before_rollback", lambda: on.place.refuse(case)))
    assert await on.run(plan, case, spoiled=True) == "rollback_failed"
    assert len(on.place.writes(case)) <= rig.writes


@every_action
async def test_what_nobody_can_read_is_unknown(on, rig):
    case = made(on, rig)
    on.deadline_s = 0.2
    plan = await on.approved(rig, case)
    on.engine(once("during_verify", lambda: on.place.hide(case)))
    assert await on.run(plan, case) == "unknown"


@every_action
@pytest.mark.parametrize("point", CRASHES)
async def test_a_crash_at_any_point_ends_truthfully_and_writes_nothing_twice(on, rig, point):
    case = made(on, rig)
    before = case.state()
    plan = await on.approved(rig, case)
    on.engine(once(point, killed))
    with pytest.raises(Killed):
        await on.run(plan, case)
    assert len(on.place.sent(case)) == (0 if point in NOTHING_SENT else rig.writes)
    state = await on.taken_up(plan, case)
    view = await on.world.changes.view(plan.id)
    done = {"succeeded"} if rig.tells else {"succeeded", "unknown"}
    assert state in done, (state, view.detail, view.history)
    assert case.state() != before
    assert len(on.place.sent(case)) == rig.writes


@every_action
async def test_what_the_card_showed_and_is_not_so_any_more_voids_the_plan(on, rig):
    case = made(on, rig)
    plan = await on.approved(rig, case)
    case.drift()
    assert await on.run(plan, case) == "void"
    assert on.place.sent(case) == []
    assert (await on.world.changes.view(plan.id)).drift


@every_action
async def test_a_right_that_is_lost_between_click_and_start_changes_nothing(on, rig):
    case = made(on, rig)
    before = case.state()
    plan = await on.approved(rig, case)
    on.place.refuse(case)
    assert await on.run(plan, case) in {"void", "failed"}
    assert (on.place.writes(case), case.state()) == ([], before)


@every_action
async def test_a_freeze_that_begins_in_between_holds(on, rig):
    case = made(on, rig)
    plan = await on.approved(rig, case)
    on.freeze(on=True)
    try:
        assert await on.run(plan, case) == "void"
    finally:
        on.freeze(on=False)
    assert on.place.sent(case) == []


@every_action
async def test_an_answer_of_200_without_a_change_is_no_success(on, rig):
    case = made(on, rig)
    on.deadline_s = 0.5
    plan = await on.approved(rig, case)
    on.place.ignore(case)
    assert await on.run(plan, case) in NEVER_DONE


@every_action_but("reverted")
async def test_a_change_that_goes_back_is_no_success(on, rig):
    case = made(on, rig)
    before = case.state()
    on.hold_s, on.deadline_s = 0.4, 1.0
    plan = await on.approved(rig, case)
    on.engine(once("during_verify", lambda: case.put(before), count=2))
    assert await on.run(plan, case) in NEVER_DONE


@every_action
async def test_an_answer_that_is_lost_is_read_back_and_never_sent_again(on, rig):
    case = made(on, rig)
    plan = await on.approved(rig, case)
    on.place.lose(case, rig.writes)
    state = await on.run(plan, case)
    detail = (await on.world.changes.view(plan.id)).detail
    if rig.writes == 1 and rig.tells:
        assert (state, len(on.place.sent(case))) == ("succeeded", 1), detail
    else:  # the writes behind it are not sent, and what is so is said
        assert state in {"succeeded", "unknown", "failed"}, (state, detail)
        assert len(on.place.sent(case)) <= rig.writes


async def test_every_action_says_what_it_reads_writes_needs_and_when_it_is_done():
    for action in ACTIONS:
        assert action.reads, action.name
        assert action.writes, action.name
        assert action.needs_kubernetes or action.needs_oci or action.needs_elsewhere, action.name
        assert action.examples, action.name
        assert action.verified, action.name
