"""Helm's releases from its records, against the local cluster; never a value, and without the right what marks tell."""

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.cluster_desk import desk
from tests.unit.cluster_running import running, workload
from tools.cluster.helm import only_release, releases
from tools.reads.k8s_releases import K8S_RELEASES

SECRET = "hunter2-of-the-values"


@pytest.fixture(scope="module")
def now():
    return datetime.now(UTC).replace(microsecond=0)


def packed(body, *, zipped=True):
    data = json.dumps(body).encode()
    inner = base64.b64encode(gzip.compress(data) if zipped else data)
    return base64.b64encode(inner).decode()


def record(name, number, status, at, *, version="1.0.0", space="shop", said="", zipped=True, data=None):
    body = {
        "name": name, "version": number, "namespace": space, "config": {"password": SECRET}, "manifest": f"password: {SECRET}",
        "info": {"status": status, "description": said, "last_deployed": at.isoformat(), "notes": SECRET},
        "chart": {"metadata": {"name": name, "version": version, "appVersion": f"v{version}"}, "values": {"password": SECRET}},
    }  # fmt: skip
    marks = {"name": name, "owner": "helm", "status": status, "version": str(number), "modifiedAt": str(int(at.timestamp()))}  # fmt: skip
    head = {"name": f"sh.helm.release.v1.{name}.v{number}", "namespace": space, "labels": marks, "creationTimestamp": "2020-01-01T00:00:00Z"}  # fmt: skip
    return {"metadata": head, "type": "helm.sh/release.v1", "data": {"release": data or packed(body, zipped=zipped)}}  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory, now):
    with running(tmp_path_factory.mktemp("releases")) as one:
        for space in ("shop", "ops"):
            one.store.create("v1/namespaces", {"metadata": {"name": space}})
        old, lately = now - timedelta(hours=2), now
        for item in (
            record("payments", 9, "superseded", old, version="5.1.2"),
            record("payments", 10, "deployed", old, version="5.1.3"),
            record("payments", 11, "pending-upgrade", old, version="5.2.0", said="Preparing upgrade"),
            record("cart", 1, "deployed", old),
            record("cart", 2, "failed", old, version="2.0.0", said="Upgrade failed: timed out waiting"),
            record("search", 3, "deployed", old, zipped=False),
            record("mail", 1, "pending-install", lately),
            record("broken", 1, "deployed", old, data="bm9uc2Vuc2U="),
            record("hidden", 1, "deployed", old, space="ops"),
        ):
            one.store.create("v1/secrets", item)
        one.store.create("v1/secrets", {"metadata": {"name": "login", "namespace": "shop"}, "data": {"x": "aGk="}})  # fmt: skip
        made = workload("pay-api")
        made["metadata"] |= {"namespace": "shop", "annotations": {"meta.helm.sh/release-name": "payments", "meta.helm.sh/release-namespace": "shop"}, "labels": {"helm.sh/chart": "payments-5.1.3"}}  # fmt: skip
        one.store.create("apps/v1/deployments", made)
        yield one


async def test_each_release_stands_with_its_status_chart_and_last_good_revision(shop, now):
    with desk(shop, who="admin") as at:
        found = await at.run(K8S_RELEASES, now=now, namespace="shop", sees=("shop",))
    told = {one["name"]: one for one in found.data["releases"]}
    assert list(told)[:2] == ["payments", "cart"], "the stuck one first, then the failed one"
    assert set(told) == {"payments", "cart", "search", "mail", "broken"}
    assert (told["payments"]["stuck"], told["payments"]["revision"], told["payments"]["last_good"]) == (True, 11, 10)  # fmt: skip
    assert (told["cart"]["status"], told["cart"]["last_good"]) == ("failed", 1)
    assert told["search"]["app_version"] == "v1.0.0", "records of old versions are not packed"
    assert not told["mail"]["stuck"], "under way since now"
    assert (found.data["stuck"], found.data["failed"]) == (1, 1)
    assert "helm rollback payments 10 -n shop" in found.digest
    assert "Upgrade failed: timed out waiting" in found.digest
    assert "its record cannot be read" in found.digest
    assert found.evidence[0].ref.endswith("shop/secret/sh.helm.release.v1.payments.v11#release.info.status")


async def test_history_of_one_and_only_those_in_trouble(shop, now):
    with desk(shop, who="admin") as at:
        one = await at.run(K8S_RELEASES, now=now, namespace="shop", name="payments")
        bad = await at.run(K8S_RELEASES, now=now, namespace="shop", failing=True)
        none = await at.run(K8S_RELEASES, now=now, namespace="shop", name="nope")
    assert [r["revision"] for r in one.data["releases"][0]["history"]] == [11, 10, 9]
    assert "revision 9: superseded" in one.digest
    assert {r["name"] for r in bad.data["releases"]} == {"payments", "cart", "mail"}
    assert none.digest.startswith("No Helm release called nope has a record in a Secret in namespace shop")


async def test_no_value_manifest_or_note_of_a_release_is_told_or_kept(shop, now):
    with desk(shop, who="admin") as at:
        found = await at.run(K8S_RELEASES, now=now)
    kept = only_release(record("payments", 1, "deployed", now))
    assert SECRET not in json.dumps(found.data) + found.digest + json.dumps(kept)


async def test_an_account_that_may_not_list_secrets_tells_what_the_marks_on_workloads_say(shop, now):
    with desk(shop) as at:
        found = await at.run(K8S_RELEASES, now=now, namespace="shop")
    (one,) = found.data["releases"]
    assert (one["name"], one["status"], one["chart"]) == ("payments", None, "payments-5.1.3")
    assert one["workloads"] == ["deployment pay-api"]
    assert any("Secrets, which my account may not list" in gap for gap in found.could_not_see)


@pytest.mark.parametrize(
    "body", [{"info": "x", "chart": ["y"]}, {"chart": {"metadata": "z"}}, {"info": None}]
)
def test_whatever_somebody_wrote_into_a_record_costs_itself_alone(body, now):
    item = record("odd", 1, "deployed", now, data=packed(body))
    item["metadata"]["labels"] |= {"modifiedAt": "9" * 20, "version": "\u00b2"}
    (one,) = releases([only_release(item)])
    assert (one.now.release, one.now.status, one.now.number, one.now.at.year) == ("odd", "deployed", 0, 2020)


def test_a_record_that_unpacks_without_end_is_not_unpacked(now, monkeypatch):
    monkeypatch.setattr("tools.cluster.helm.MOST_BYTES", 100)
    assert only_release(record("payments", 1, "deployed", now))["problem"]


def test_who_holds_which_right_may_be_read_only_with_its_own_permission():
    assert K8S_RELEASES.needs(K8S_RELEASES.args()) == "iam:read"
