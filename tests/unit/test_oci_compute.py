"""Instances of the local OCI: lists in pages, states that move, etags, retry tokens, who may act."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.oci_running import Running, refused, running
from tests.unit.oci_tenancy import instances, tenancy

COUNT = 257


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for all: each test has instances of its own, and moves the clock a little when it must."""
    asleep = [
        one | {"name": f"asleep-{n}", "state": "STOPPED", "in": "prod-data"}
        for n, one in enumerate(instances(2))
    ]
    file = tenancy(resources={"core": {"Instance": [*instances(COUNT), *asleep]}})
    with running(file, tmp_path_factory.mktemp("oci"), speed=1) as one:
        yield one


def compute(local: Running, profile: str = "CHANGE") -> Any:
    return local.client("core", "ComputeClient", profile)


def state(local: Running, name: str) -> str:
    found: str = compute(local).get_instance(local.ocid("instance", name)).data.lifecycle_state
    return found


def works_of(local: Running, ident: str) -> list[Any]:
    works, prod = local.client("work_requests", "WorkRequestClient"), local.ocid("compartment", "prod")
    found: list[Any] = works.list_work_requests(prod, resource_id=ident).data
    return found


def test_all_four_ways_to_page_find_every_instance(local: Running) -> None:
    from oci import pagination

    client, prod = compute(local, "DEFAULT"), local.ocid("compartment", "prod")
    whole = pagination.list_call_get_all_results(client.list_instances, prod, limit=100).data
    assert len({one.id for one in whole}) == COUNT
    lazily = pagination.list_call_get_all_results_generator(client.list_instances, "record", prod, limit=50)
    assert sum(1 for _ in lazily) == COUNT
    assert len(pagination.list_call_get_up_to_limit(client.list_instances, 120, 50, prod).data) == 120
    up_to = pagination.list_call_get_up_to_limit_generator(client.list_instances, 120, 50, "record", prod)
    assert sum(1 for _ in up_to) == 120


def test_pages_are_in_order_and_the_last_names_no_other(local: Running) -> None:
    client, prod = compute(local, "DEFAULT"), local.ocid("compartment", "prod")
    first = client.list_instances(prod, limit=200)
    second = client.list_instances(prod, limit=200, page=first.next_page)
    assert (first.has_next_page, second.has_next_page, len(second.data)) == (True, False, COUNT - 200)
    created = [one.time_created for one in [*first.data, *second.data]]
    assert created == sorted(created, reverse=True)


@pytest.mark.parametrize(("more", "word"), [({"page": "tomorrow"}, "page"), ({"limit": 0}, "limit")])
def test_a_page_that_was_never_given_out_is_refused(local: Running, more: Any, word: str) -> None:
    prod = local.ocid("compartment", "prod")
    problem = refused(compute(local).list_instances, prod, **more)
    assert (problem.status, problem.code) == (400, "InvalidParameter")
    assert word in problem.message


def test_lists_are_filtered_by_name_and_state(local: Running) -> None:
    client, prod = compute(local), local.ocid("compartment", "prod")
    assert [one.display_name for one in client.list_instances(prod, display_name="node-7").data] == ["node-7"]
    data = local.ocid("compartment", "prod-data")
    assert len(client.list_instances(data, lifecycle_state="STOPPED").data) == 2
    assert client.list_instances(data, lifecycle_state="RUNNING").data == []
    assert client.list_instances(local.ocid("compartment", "lab")).data == []


def test_a_stop_moves_through_stopping_and_is_listed_as_work(local: Running) -> None:
    client, ident = compute(local), local.ocid("instance", "node-1")
    answer = client.instance_action(ident, "STOP")
    assert answer.data.lifecycle_state == "STOPPING"
    assert "opc-work-request-id" not in answer.headers, "the API names none for an action"
    works, work = local.client("work_requests", "WorkRequestClient"), works_of(local, ident)[0].id
    assert works.get_work_request(work).data.status in {"ACCEPTED", "IN_PROGRESS"}
    local.clock.ahead += 10
    assert state(local, "node-1") == "STOPPED"
    done = works.get_work_request(work).data
    assert (done.status, done.percent_complete) == ("SUCCEEDED", 100)
    assert [one.identifier for one in done.resources] == [ident]
    assert len(works.list_work_request_logs(work).data) == 2
    assert works.list_work_request_errors(work).data == []


def test_an_update_names_its_work_request(local: Running) -> None:
    from oci.core.models import UpdateInstanceDetails

    client, ident = compute(local), local.ocid("instance", "node-9")
    answer = client.update_instance(ident, UpdateInstanceDetails(display_name="node-nine"))
    local.clock.ahead += 5
    works = local.client("work_requests", "WorkRequestClient")
    assert works.get_work_request(answer.headers["opc-work-request-id"]).data.status == "SUCCEEDED"
    assert client.get_instance(ident).data.display_name == "node-nine"


def test_the_sdks_own_waiter_sees_a_start_through(tmp_path: Path) -> None:
    import oci

    asleep = instances(1)[0] | {"state": "STOPPED"}
    with running(tenancy(resources={"core": {"Instance": [asleep]}}), tmp_path, speed=50) as local:
        client, ident = compute(local), local.ocid("instance", "node-1")
        client.instance_action(ident, "START")
        response = client.get_instance(ident)
        found = oci.wait_until(client, response, "lifecycle_state", "RUNNING", max_interval_seconds=1)
    assert found.data.lifecycle_state == "RUNNING"


def test_a_soft_reset_goes_down_and_comes_up_again(local: Running) -> None:
    client, ident = compute(local), local.ocid("instance", "node-2")
    assert client.instance_action(ident, "SOFTRESET").data.lifecycle_state == "STOPPING"
    local.clock.ahead += 17
    assert state(local, "node-2") == "STARTING"
    local.clock.ahead += 14
    assert state(local, "node-2") == "RUNNING"


@pytest.mark.parametrize(
    ("name", "action"), [("node-3", "START"), ("asleep-0", "STOP"), ("asleep-0", "SOFTRESET")]
)
def test_an_action_in_the_wrong_state_is_409_and_changes_nothing(
    local: Running, name: str, action: str
) -> None:
    before = state(local, name)
    problem = refused(compute(local).instance_action, local.ocid("instance", name), action)
    assert (problem.status, problem.code) == (409, "IncorrectState")
    assert state(local, name) == before


def test_a_second_action_while_the_first_moves_is_409(local: Running) -> None:
    client, ident = compute(local), local.ocid("instance", "node-4")
    client.instance_action(ident, "STOP")
    assert refused(client.instance_action, ident, "STOP").code == "IncorrectState"


def test_an_unknown_action_is_400(local: Running) -> None:
    assert refused(compute(local).instance_action, local.ocid("instance", "node-5"), "EXPLODE").status == 400


def test_the_reader_may_look_and_not_act(local: Running) -> None:
    reader, ident = compute(local, "DEFAULT"), local.ocid("instance", "node-6")
    assert reader.get_instance(ident).data.lifecycle_state == "RUNNING"
    problem = refused(reader.instance_action, ident, "STOP")
    assert (problem.status, problem.code) == (404, "NotAuthorizedOrNotFound")
    assert state(local, "node-6") == "RUNNING"


def test_the_operator_may_act_in_their_compartment_alone(tmp_path: Path) -> None:
    elsewhere = instances(1)[0] | {"name": "other", "in": "lab"}
    with running(tenancy(resources={"core": {"Instance": [elsewhere]}}), tmp_path) as local:
        ident = local.ocid("instance", "other")
        assert refused(compute(local).instance_action, ident, "STOP").status == 404
        assert compute(local, "ADMIN").instance_action(ident, "STOP").data.lifecycle_state == "STOPPING"


def test_a_stale_etag_is_412_and_the_current_one_is_taken(local: Running) -> None:
    from oci.core.models import UpdateInstanceDetails

    client, ident = compute(local), local.ocid("instance", "node-7")
    etag = client.get_instance(ident).headers["etag"]
    client.update_instance(ident, UpdateInstanceDetails(freeform_tags={"team": "web"}), if_match=etag)
    problem = refused(client.instance_action, ident, "STOP", if_match=etag)
    assert (problem.status, problem.code) == (412, "NoEtagMatch")
    again = client.get_instance(ident)
    assert again.data.freeform_tags == {"team": "web"}
    assert client.instance_action(ident, "STOP", if_match=again.headers["etag"]).status == 200


def test_the_same_retry_token_acts_once_and_answers_the_same(local: Running) -> None:
    client, ident = compute(local), local.ocid("instance", "node-8")
    first = client.instance_action(ident, "STOP", opc_retry_token="plan-7")
    local.clock.ahead += 10
    again = client.instance_action(ident, "STOP", opc_retry_token="plan-7")
    assert (again.headers["etag"], again.data) == (first.headers["etag"], first.data)
    assert len(works_of(local, ident)) == 1
    other = refused(client.instance_action, ident, "START", opc_retry_token="plan-7")
    assert (other.status, other.code) == (409, "InvalidatedRetryToken")
    assert state(local, "node-8") == "STOPPED"


def test_what_was_stopped_stays_stopped_over_a_restart_and_tokens_are_remembered(tmp_path: Path) -> None:
    file = tenancy(resources={"core": {"Instance": instances(1)}})
    with running(file, tmp_path, speed=1) as local:
        ident = local.ocid("instance", "node-1")
        first = compute(local).instance_action(ident, "STOP", opc_retry_token="plan-8")
    with running(file, tmp_path) as local:
        local.clock.ahead += 10
        assert state(local, "node-1") == "STOPPED"
        again = compute(local).instance_action(ident, "STOP", opc_retry_token="plan-8")
        assert len(works_of(local, ident)) == 1
    assert again.headers["etag"] == first.headers["etag"]
