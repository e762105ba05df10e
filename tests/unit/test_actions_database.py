"""Autonomous databases: counted in what the person said, storage that does not come back, writes without a token."""

from collections.abc import Iterator

import pytest

from tests.contracts.actions.databases import database
from tests.unit.oci_running import Running, running
from tests.unit.oci_tenancy import tenancy
from tests.unit.oracle_calls import Desk, desk
from tests.unit.oracle_changes import ACTION, PLAN, approved, call_of, ordered, planned, put_back, sent, until
from tools.errors import GiveUp, TryLater
from tools.oracle.failures import Changed, WrongState
from tools.plan import Effect, Observed
from tools.spec import Risk


@pytest.fixture
def local(tmp_path) -> Iterator[Running]:
    databases = [
        database("reports", isAutoScalingEnabled=True, dbWorkload="DW"),
        database("asleep") | {"state": "STOPPED"},
        database("cores", computeModel="OCPU"),
        database("gratis", isFreeTier=True),
    ]
    with running(
        tenancy(resources={"database": {"AutonomousDatabase": databases}}), tmp_path, speed=50
    ) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one


def shown(local: Running, name: str) -> tuple[float, int, str]:
    records = local.server.tenancy.records
    records.settle()
    body = records.get(local.ocid("autonomousdatabase", name), "AutonomousDatabase").body
    return body["computeCount"], body["dataStorageSizeInTBs"], body["lifecycleState"]


async def test_ecpus_are_changed_verified_and_put_back(at, local):
    draft = await planned(at, "database_scale", resource="reports", ecpus=8)
    assert draft.title == "Scale database reports to 8 ECPUs and 1 TB"
    assert [(c.path, c.before, c.after) for c in draft.changes] == [("ECPUs", "4", "8")]
    assert "up to 24 ECPUs" in " ".join(draft.warnings)
    assert (draft.risk, draft.reversible, draft.blast.summary) == (
        Risk.MEDIUM,
        True,
        "1 database for a data warehouse",
    )
    await sent(at, draft)
    assert (await until(at, draft)).state is Observed.HOLDS
    assert shown(local, "reports") == (8, 1, "AVAILABLE")
    await put_back(at, draft)
    assert (await until(at, draft, "observe_rollback")).state is Observed.HOLDS
    assert shown(local, "reports") == (4, 1, "AVAILABLE")


async def test_storage_that_grew_does_not_come_back_and_the_card_says_so(at, local):
    draft = await planned(at, "database_scale", resource="reports", ecpus=8, storage_tb=2)
    assert (draft.reversible, draft.rollback) == (False, None)
    assert "does not shrink" in draft.undo
    await sent(at, draft)
    assert (await until(at, draft)).state is Observed.HOLDS
    assert shown(local, "reports") == (8, 2, "AVAILABLE")
    with pytest.raises(GiveUp, match="does not shrink"):
        await put_back(at, draft)
    with pytest.raises(GiveUp, match="storage does not shrink this way"):
        await planned(at, "database_scale", resource="reports", storage_tb=1)


@pytest.mark.parametrize(
    ("name", "args", "words"),
    [
        ("cores", {"ecpus": 8}, "counted in OCPU"),
        ("gratis", {"ecpus": 8}, "Always Free"),
        ("asleep", {"ecpus": 8}, "is STOPPED"),
        ("reports", {"ecpus": 4, "storage_tb": 1}, "already"),
    ],
)
async def test_what_cannot_be_or_means_something_else_gets_no_card(at, name, args, words):
    with pytest.raises(GiveUp, match=words):
        await planned(at, "database_scale", resource=name, **args)


async def test_stopped_and_started_by_oracles_own_records(at, local):
    draft = await planned(at, "database_stop", resource="reports")
    assert (draft.risk, draft.blast.percent) == (Risk.HIGH, 100)
    action = ACTION["database_stop"]
    assert await action.effect(call_of(at), draft, PLAN) is Effect.NONE
    await sent(at, draft)
    assert (
        await action.effect(call_of(at, "another"), draft, "another") is Effect.DONE
    )  # its work request tells
    assert (await until(at, draft)).state is Observed.HOLDS
    with pytest.raises(GiveUp, match="not possible"):
        await planned(at, "database_stop", resource="reports")
    started = await planned(at, "database_start", resource="asleep")
    await sent(at, started)
    assert (await until(at, started)).state is Observed.HOLDS
    assert shown(local, "asleep")[2] == "AVAILABLE"


async def test_without_a_token_the_etag_keeps_a_second_arrival_from_a_second_effect(at, local):
    draft = await planned(at, "database_scale", resource="reports", ecpus=8)
    action = ACTION["database_scale"]
    precondition = (await action.reread(call_of(at), draft)).precondition
    await action.apply(call_of(at), approved(draft), precondition)
    with pytest.raises((Changed, WrongState)):
        await action.apply(call_of(at), approved(draft), precondition)


async def test_what_is_on_its_way_is_not_put_back_yet(at):
    draft = await planned(at, "database_stop", resource="reports")
    await sent(at, draft)
    with pytest.raises(TryLater, match="cannot be put back yet"):
        await put_back(at, draft)


@pytest.mark.parametrize(
    ("text", "tool", "args"),
    [
        ("scale the autonomous database reports to 8 ecpus", "database_scale", {"ecpus": 8}),
        (
            "give database reports 8 ecpus and 2 tb of storage",
            "database_scale",
            {"ecpus": 8, "storage_tb": 2},
        ),
        ("please stop the reports database", "database_stop", {}),
        ("start oracle database reports", "database_start", {}),
    ],
)
def test_words_that_order_it(text: str, tool: str, args) -> None:
    found = ordered(text)
    assert (found.tool, found.args) == (tool, {"resource": "reports", **args}), found
