"""What changed, from all that knows of changes: near things and near times first, lags and gaps said."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from sandbox.oci.tenancy.file import TenancyFile
from tests.unit import oci_running
from tests.unit.cluster_desk import desk
from tests.unit.cluster_running import running, workload
from tests.unit.oracle_calls import desk as oracle_desk
from tools.cluster.several import Several
from tools.deploys import Deploy
from tools.errors import GiveUp, TryLater
from tools.own import OwnChange
from tools.plan import Target
from tools.reads.ops_suspects import OPS_SUSPECTS, _order
from tools.services.model import Service, WorkloadRef
from tools.suspects.cluster import About, Window, suspects
from tools.suspects.model import Suspect

SHOP = Path(__file__).parents[2] / "sandbox/scenarios/shop/oracle.yaml"


def minutes(number):
    """Ago, when it is called: the import may be many minutes before."""
    return datetime.now(UTC) - timedelta(minutes=number)


@dataclass
class Told:
    """What deploy systems told, and what we did ourselves; or nothing, because the record cannot be read."""

    away: bool = False
    events: list = field(default_factory=list)

    async def deploys(self, since, until, most):
        if self.away:
            raise TryLater("the record of deploys cannot be read", "audit")
        return [one for one in self.events if since <= one.at <= until]

    async def changes(self, workspace, since, until, most):
        target = Target(
            provider="kubernetes", cluster="local", namespace="shop", kind="Deployment", name="cart", uid="u1"
        )
        one = OwnChange("plan_1", "Scale cart to 3", "scale", target, "cart", "succeeded", "alice", ("bob",), minutes(30), "", 7)  # fmt: skip
        waits = [
            replace(one, plan=f"plan_{state}", state=state) for state in ("pending", "superseded", "rejected")
        ]
        return [*waits, one, replace(one, altered=True)] if since <= one.at <= until else []

    async def savings(self, workspace, since, until):
        return []


def deploy(service="checkout", at=12, **more):
    return Deploy("d1", minutes(at), minutes(at), "github", service, "success", "production", revision="0123456789abcdef", actor="erin", title="Pool of 50", **more)  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with running(tmp_path_factory.mktemp("suspects")) as one:
        for space in ("shop", "ops"):
            one.store.create("v1/namespaces", {"metadata": {"name": space}})
        for name, space in (("checkout", "shop"), ("cart", "shop"), ("tool", "ops")):
            one.call(
                "POST", f"/apis/apps/v1/namespaces/{space}/deployments", workload(name, space), status=201
            )
        one.call("POST", "/api/v1/namespaces/shop/configmaps", {"metadata": {"name": "settings"}, "data": {"a": "hush"}}, status=201)  # fmt: skip
        one.call("PATCH", "/apis/apps/v1/namespaces/shop/deployments/checkout", {"spec": {"replicas": 5}}, kind="application/merge-patch+json", fieldManager="somebody")  # fmt: skip
        yield one


@pytest.fixture
def told():
    return Told(events=[deploy(), deploy("unknown-repository"), deploy("tool", namespace="ops")])


@pytest.fixture
def at(shop, told):
    with desk(shop, own=told, deploys=told) as one:
        ref = WorkloadRef(cluster="local", namespace="shop", name="checkout")
        one.clients.services.learn("local", [Service(name="checkout", workloads=(ref,))])
        yield one


async def asked(one, **args):
    return await one.run(OPS_SUSPECTS, now=datetime.now(UTC), cluster="local", **{"namespace": "shop"} | args)


def what(found, source):
    return [one["what"] for one in found.data["suspects"] if one["source"] == source]


async def test_every_source_tells_its_part_and_says_how_late_it_is(at):
    found = await asked(at)
    assert what(found, "ours") == ["Scale cart to 3 (plan_1, succeeded)"]
    assert "deploy of checkout 0123456789ab to production: success" in what(found, "deploys")
    assert "configmap settings created" in what(found, "cluster")
    assert "deployment checkout written (spec.replicas)" in what(found, "cluster")
    assert set(found.data["sources"]) == {"cluster", "deploys", "ours"}
    assert "oracle: not set up here" in found.could_not_see
    assert "hush" not in found.digest + str(found.data)
    assert {"audit:7", "deploy:d1"} <= {one.ref for one in found.evidence}


async def test_how_the_place_was_first_set_up_is_one_line_and_no_change(at):
    found = await asked(at, sources=("cluster",))
    lines = found.digest.splitlines()
    assert lines[0].startswith("1 change in the last 6h")
    assert "deployment checkout written (spec.replicas)" in lines[2]
    assert lines[2].endswith("[#1]")
    (folded,) = [line for line in lines if "configmap settings created" in line]
    assert folded.startswith("Not counted: 1 creation when all of it was first set up")
    assert [fact.label for fact in found.evidence] == ["deployment checkout written (spec.replicas)"]


def test_what_is_created_later_is_a_change_of_its_own():
    def config(name, at):
        writer = {"manager": "kubectl", "operation": "Update", "time": at, "fieldsV1": {"f:data": {}}}
        return {
            "metadata": {
                "name": name,
                "namespace": "shop",
                "creationTimestamp": at,
                "managedFields": [writer],
            }
        }

    seen = Several(
        {"configmaps": [config("first", "2026-11-24T08:00:00Z"), config("later", "2026-11-24T08:30:00Z")]}
    )
    window = Window(datetime(2026, 11, 24, 7, tzinfo=UTC), datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert [(one.what, one.initial) for one in suspects("local", seen, window, About())] == [
        ("configmap first created", True),
        ("configmap later created", False),
    ]


def test_shortly_before_the_trouble_stands_before_what_is_nearer_and_old():
    trouble = datetime(2026, 11, 24, 9, tzinfo=UTC)
    old = Suspect(trouble - timedelta(hours=5), "cluster", "old", "", "", "", near=3)
    close = Suspect(trouble - timedelta(minutes=3), "cluster", "close", "", "", "")
    assert sorted((old, close), key=lambda one: _order(one, trouble)) == [close, old]


async def test_what_is_nearer_to_the_trouble_comes_first_and_what_came_later_last(at):
    found = await asked(at, at="10m", sources=("deploys", "ours"))
    assert found.data["suspects"][0]["source"] == "deploys"
    assert "2m before it" in found.digest
    later = await asked(at, at="20m", sources=("deploys", "ours"))
    assert [one["before"] for one in later.data["suspects"]] == [True, False, False, False]
    assert "(after the trouble began)" in later.digest


async def test_the_named_service_itself_stands_before_the_rest(at):
    found = await asked(at, service="checkout", namespace=None)
    assert {one["near"] for one in found.data["suspects"][:2]} == {3}
    assert "on the thing itself" in found.digest


async def test_only_what_may_be_seen(at):
    found = await at.run(OPS_SUSPECTS, cluster="local", sees=("ops",))
    assert not [w for w in what(found, "cluster") if "checkout" in w or "settings" in w]
    assert what(found, "ours") == []
    assert what(found, "deploys") == ["deploy of tool 0123456789ab to production: success"]


async def test_a_source_that_is_away_costs_its_part_alone(at, told):
    told.away = True
    found = await asked(at)
    assert "deploys: the record of deploys cannot be read" in found.could_not_see
    assert what(found, "ours")
    with pytest.raises(GiveUp, match="no source of changes answered"):
        await asked(at, sources=("deploys",))


def test_our_own_changes_need_the_right_to_read_them():
    args = OPS_SUSPECTS.args
    assert OPS_SUSPECTS.needs(args()) == "remediation:read"
    assert OPS_SUSPECTS.needs(args(sources=("cluster", "oracle"))) == "kubernetes:read"


async def test_oracles_audit_is_one_of_the_sources(tmp_path):
    file = TenancyFile.model_validate(yaml.safe_load(SHOP.read_text()))
    with oci_running.running(file, tmp_path, speed=20) as cloud, oracle_desk(cloud) as one:
        found = await one.run(OPS_SUSPECTS, since="30d")
        assert what(found, "oracle")
        assert found.data["sources"].keys() == {"oracle"}
        assert all(e.ref.startswith("oci:") for e in found.evidence)
        near = await one.run(OPS_SUSPECTS, since="30d", paths=("shop/shop-prod",))
        assert 0 < near.data["total"] < found.data["total"]
