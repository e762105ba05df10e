"""Anything described, all counted, who did what, what logs say, what networks let in, and what lies about."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from tests.unit.estate_shop import at, local
from tools.errors import AskBack, GiveUp, NotAllowed, TryLater
from tools.oracle import auditing
from tools.oracle.logsearch import Wanted, said, spelled
from tools.oracle.reaching import of_list
from tools.reads.oci_announcements import OCI_ANNOUNCEMENTS
from tools.reads.oci_audit import OCI_AUDIT
from tools.reads.oci_buckets import OCI_BUCKETS
from tools.reads.oci_console import OCI_CONSOLE
from tools.reads.oci_describe import OCI_DESCRIBE
from tools.reads.oci_inventory import OCI_INVENTORY
from tools.reads.oci_logs import OCI_LOGS
from tools.reads.oci_network import OCI_NETWORK
from tools.reads.oci_volumes import OCI_VOLUMES

__all__ = ["at", "local"]
ONE = {"region": "frankfurt", "compartment": "shop-prod"}
ASKED = {
    OCI_ANNOUNCEMENTS: ("list_announcements", {}),
    OCI_AUDIT: ("list_events", ONE),
    OCI_BUCKETS: ("list_buckets", ONE),
    OCI_CONSOLE: ("list_console_histories", {"resource": "oke-pool1-b"}),
    OCI_DESCRIBE: ("search_resources", {"resource": "x"}),
    OCI_INVENTORY: ("search_resources", ONE),
    OCI_LOGS: ("search_logs", ONE),
    OCI_NETWORK: ("list_subnets", ONE),
    OCI_VOLUMES: ("list_volumes", ONE),
}
ERRORS = {503: TryLater, 403: NotAllowed, 404: GiveUp}


@pytest.mark.parametrize("tool", ASKED, ids=lambda tool: tool.name)
@pytest.mark.parametrize("status", ERRORS)
async def test_oracle_that_refuses_is_an_error_and_never_nothing_found(at, local, tool, status):
    operation, args = ASKED[tool]
    local.local("/local/faults", {"operation": operation, "status": status, "times": 200})
    with pytest.raises(ERRORS[status]):
        await at.run(tool, seconds=1.5 if status == 503 else 30, **args)


@pytest.mark.parametrize("tool", ASKED, ids=lambda tool: tool.name)
async def test_nobody_sees_what_is_not_theirs(at, tool):
    with pytest.raises(NotAllowed):
        await at.run(
            tool,
            paths=("elsewhere",),
            **{k: v for k, v in ASKED[tool][1].items() if k == "resource"},
        )
    with pytest.raises(ValidationError):
        await at.run(tool, surprise="x")


async def test_a_thing_is_described_with_what_it_hangs_together_with(at, local):
    found = await at.run(OCI_DESCRIBE, resource="oke-pool1-a")
    around = {(one["how"], one["name"]) for one in found.data["relations"]}
    assert around >= {
        ("attached volume", "registry-cache"),
        ("subnet", "shop-nodes"),
        ("serves load balancer", "shop-public/frontend"),
    }
    assert found.data["facts"]["created by"] == "oke"
    assert (found.data["kind"], found.data["tool"]) == ("Instance", "oci_instance")
    by_ocid = await at.run(OCI_DESCRIBE, resource=local.ocid("volume", "old-scratch"))
    assert {"how": "attached to", "name": "nothing", "id": ""} in by_ocid.data["relations"]


async def test_a_name_of_several_things_is_asked_back_and_one_of_none_gets_near_misses(at):
    with pytest.raises(AskBack) as several:
        await at.run(OCI_DESCRIBE, resource="shop-public")
    assert several.value.options[0] == "shop-public (LoadBalancer, shop/shop-prod, eu-frankfurt-1, ACTIVE)"
    assert (await at.run(OCI_DESCRIBE, resource="shop-public", kind="load balancer")).data[
        "kind"
    ] == "LoadBalancer"
    with pytest.raises(AskBack) as none:
        await at.run(OCI_DESCRIBE, resource="old-scrach")
    assert none.value.options[0].startswith("old-scratch (Volume")


async def test_details_that_cannot_be_had_are_said_and_the_rest_is_told(at, local):
    local.local("/local/faults", {"operation": "get_volume", "status": 404, "times": 1})
    found = await at.run(OCI_DESCRIBE, resource="old-scratch")
    assert found.data["facts"]["state"] == "AVAILABLE"
    assert found.could_not_see[0].startswith("details:")


async def test_nothing_is_missing_while_a_region_cannot_be_looked_through(at, local):
    local.local(
        "/local/faults",
        {"operation": "search_resources", "region": "eu-amsterdam-1", "status": 404, "times": 1},
    )
    with pytest.raises(GiveUp, match="eu-amsterdam-1"):
        await at.run(OCI_DESCRIBE, resource="not-there")


async def test_everything_is_counted_by_kind_compartment_and_state(at):
    found = await at.run(OCI_INVENTORY)
    by_kind = {one["kind"]: one for one in found.data["kinds"]}
    assert by_kind["Instance"]["states"] == {"RUNNING": 6, "STOPPED": 1}
    assert by_kind["Instance"]["compartments"]["shop/shop-prod"] == 3
    assert found.data["resources"] == sum(one["count"] for one in by_kind.values())
    assert (await at.run(OCI_INVENTORY, kind="volumes", paths=("data-science",))).data["resources"] == 1


async def test_who_stopped_something_is_found_by_what_was_meant(at):
    found = await at.run(OCI_AUDIT, event="stop", resource="loadtest-1", since="100d")
    assert [(one["who"], one["did"]) for one in found.data["events"]] == [
        ("dave@shop.example", "InstanceAction")
    ]
    assert (await at.run(OCI_AUDIT, event="start", resource="loadtest-1", since="100d")).data["total"] == 0
    bob = await at.run(OCI_AUDIT, who="bob", since="2d")
    assert {one["did"] for one in bob.data["events"]} == {"UpdateAlarm"}
    assert (await at.run(OCI_AUDIT, event="create", since="200d")).data["people"]["bob@shop.example"] == 1


async def test_an_attempt_that_was_refused_is_one_and_not_a_change(at, local):
    from tests.unit.oci_running import refused

    writer = local.client("core", "ComputeClient", "CHANGE")
    problem = refused(writer.instance_action, local.ocid("instance", "bastion-1"), "STOP")
    assert problem.status == 404
    found = await at.run(OCI_AUDIT, since="10m", outcome="failed", event="stop")
    (one,) = found.data["events"]
    assert (one["who"], one["action"], one["status"], one["worked"]) == (
        "cloudops-operator",
        "STOP",
        "404",
        False,
    )
    assert "tried InstanceAction STOP" in found.digest


async def test_the_audit_goes_back_a_year_and_no_further(at):
    assert (await at.run(OCI_AUDIT, since="365d")).data["total"] > 0
    with pytest.raises(GiveUp, match="365 days"):
        await at.run(OCI_AUDIT, since="366d")
    with pytest.raises(GiveUp, match="before it begins"):
        await at.run(OCI_AUDIT, since="1d", until="2d")
    for wrong in ("yesterday", "2026-01-01T00:00:00"):
        with pytest.raises(ValidationError):
            await at.run(OCI_AUDIT, since=wrong)


async def test_more_events_than_are_read_are_admitted(at, monkeypatch):
    monkeypatch.setattr(auditing, "CAP", 1)
    found = await at.run(OCI_AUDIT, since="365d", compartment="shop-prod")
    assert any("only 1 of its events were read" in text for text in found.could_not_see)


async def test_like_lines_of_logs_are_one_and_a_trace_stays_whole(at):
    found = await at.run(OCI_LOGS, worst=True)
    first = found.data["groups"][0]
    assert first["count"] == 42
    assert first["template"].endswith("answered <*> after <*> ms")
    trace = next(one for one in found.data["groups"] if "Traceback" in one["example"])
    assert "ORA-01653" in trace["example"]
    assert found.untrusted
    assert all(one["level"] == "error" for one in found.data["groups"])
    some = await at.run(OCI_LOGS, text="timed out", source="shop-public")
    assert (some.data["entries"], some.data["total"]) == (9, 1)
    assert (await at.run(OCI_LOGS, log="nothing-of-it")).data["entries"] == 0


async def test_a_search_of_logs_is_bounded_and_its_words_end_no_quotes(at):
    with pytest.raises(GiveUp, match="14 days"):
        await at.run(OCI_LOGS, since="20d")
    for bad in ("it's", 'a" | where', "x | y", "a*", "a\\", "a\nb"):
        with pytest.raises(ValidationError):
            await at.run(OCI_LOGS, text=bad)
        with pytest.raises(ValueError, match="characters"):
            spelled(["ocid1.compartment.oc1..a"], Wanted(source=f"{bad}'"))
    query = spelled(["c1", "c2"], Wanted("timed out", "shop-public"))
    assert query == (
        "search \"c1\" \"c2\" | where logContent = '*timed out*' and source = 'shop-public' | sort by datetime desc"
    )


def test_a_trace_that_was_sent_line_by_line_is_one_entry_again() -> None:
    start = datetime(2026, 11, 24, 9, tzinfo=UTC)
    lines = ["Traceback (most recent call last):", '  File "a.py", line 1, in f', "ValueError: no"]
    items = [
        {"time": (start + timedelta(seconds=n)).isoformat(), "source": "app", "data": {"message": text}}
        for n, text in enumerate(lines)
    ]
    (entry,) = said(items[::-1])
    assert (entry.lines, entry.level) == (lines, "error")


async def test_what_is_open_to_everybody_comes_first_with_the_reason_that_was_given(at):
    found = await at.run(OCI_NETWORK)
    first = found.data["subnets"][0]
    assert (first["name"], first["way_out"], first["reachable"]) == ("shop-public", "internet gateway", True)
    assert [(rule["source"], rule["to_port"]) for rule in first["open"]] == [("0.0.0.0/0", 22)]
    assert "OPS-311" in found.digest
    assert found.data["subnets"][1]["open"] == []


async def test_who_may_reach_a_port_is_answered_by_the_rules(at):
    found = await at.run(OCI_NETWORK, source="10.0.20.5", port=30080, resource="shop-nodes")
    assert len(found.data["subnets"][0]["lets"]) == 1
    closed = await at.run(OCI_NETWORK, port=22, resource="shop-nodes")
    assert closed.data["subnets"][0]["lets"] == []
    assert "By rules alone" in closed.digest
    with pytest.raises(ValidationError):
        await at.run(OCI_NETWORK, source="nowhere")


@pytest.mark.parametrize(
    ("source", "port", "protocol", "lets"),
    [("10.0.1.0/24", 22, "tcp", True), ("10.0.0.0/8", 22, "tcp", False), ("10.0.1.1", 23, "tcp", False), ("10.0.1.1", 22, "udp", False), ("::1", 22, "tcp", False), ("10.0.1.1", None, "tcp", True)],
)  # fmt: skip
def test_a_rule_lets_in_what_is_wholly_inside_of_it(source, port, protocol, lets):
    rule = {
        "protocol": "6",
        "source": "10.0.0.0/16",
        "tcpOptions": {"destinationPortRange": {"min": 22, "max": 22}},
    }
    (one,) = of_list({"ingressSecurityRules": [rule]})
    assert one.lets(source, port, protocol) is lets


async def test_volumes_that_hang_on_nothing_come_first(at):
    found = await at.run(OCI_VOLUMES)
    assert [one["name"] for one in found.data["volumes"]] == [
        "old-scratch",
        "train-recsys-data",
        "registry-cache",
    ]
    assert (found.data["unattached"], found.data["unattached_gb"], found.data["sure"]) == (1, 500, True)
    part = await at.run(OCI_VOLUMES, compartment="shop-prod", unattached=True)
    assert part.data["sure"] is False
    assert "that I may see" in part.digest


async def test_the_console_says_what_the_kernel_said(at):
    found = await at.run(OCI_CONSOLE, resource="oke-pool1-b")
    assert any("Killed process 48120" in line for line in found.data["trouble"])
    assert found.evidence[0].untrusted
    with pytest.raises(GiveUp, match="no console history of oke-pool1-a was captured"):
        await at.run(OCI_CONSOLE, resource="oke-pool1-a")


async def test_what_must_be_done_soonest_is_announced_first(at):
    found = await at.run(OCI_ANNOUNCEMENTS)
    assert [one["ticket"] for one in found.data["announcements"]] == ["CHG-2201", "CHG-2188"]
    assert (await at.run(OCI_ANNOUNCEMENTS, required=True)).data["total"] == 1
    with pytest.raises(NotAllowed, match="whole tenancy"):
        await at.run(OCI_ANNOUNCEMENTS, paths=("shop",))


async def test_public_buckets_come_first_and_what_is_not_told_is_not_private(at, local):
    found = await at.run(OCI_BUCKETS)
    assert found.data["buckets"][0]["name"] == "shop-images"
    assert found.data["public"] == 1
    local.local("/local/faults", {"operation": "get_bucket", "status": 404, "times": 1})
    blind = await at.run(OCI_BUCKETS, name="access-logs")
    assert blind.data["buckets"][0]["access"] == "not told"
    assert blind.could_not_see[0].startswith("details of access-logs")
