"""Trouble on order in the local OCI, as the unmodified SDK meets it."""

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from sandbox.oci.services import SERVICES
from tests.unit.oci_running import Running, refused, running
from tests.unit.oci_tenancy import instances, tenancy


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    file = tenancy(resources={"core": {"Instance": instances(9)}})
    with running(file, tmp_path_factory.mktemp("oci"), speed=1) as one:
        yield one


@pytest.fixture
def local(server: Running) -> Iterator[Running]:
    yield server
    server.local("/local/faults", method="DELETE")


def compute(local: Running, profile: str = "CHANGE", **more: Any) -> Any:
    return local.client("core", "ComputeClient", profile, **more)


def order(local: Running, **fault: Any) -> None:
    local.local("/local/faults", fault)


def get(local: Running, number: int = 1, **more: Any) -> Any:
    return compute(local, **more).get_instance(local.ocid("instance", f"node-{number}"))


def test_throttled_calls_say_when_to_come_again(local: Running) -> None:
    order(local, operation="get_instance", status=429, retry_after=7, times=2)
    problem = refused(get, local)
    assert (problem.status, problem.code, problem.headers["retry-after"]) == (429, "TooManyRequests", "7")
    assert problem.request_id
    assert refused(get, local).status == 429
    assert get(local).status == 200


def test_the_sdks_own_retries_get_through_what_passes(local: Running) -> None:
    from oci.retry import RetryStrategyBuilder

    patient = RetryStrategyBuilder(
        max_attempts=4, service_error_retry_config={503: []}, retry_base_sleep_time_seconds=0.01,
        retry_max_wait_between_calls_seconds=0.02,
    ).get_retry_strategy()  # fmt: skip
    order(local, operation="get_instance", status=503, times=2)
    assert get(local, retry_strategy=patient).status == 200
    called = local.local("/local/calls?operation=get_instance")["calls"]
    assert [one["status"] for one in called[-3:]] == [503, 503, 200]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"status": 500}, 500, "InternalServerError"),
        ({"status": 503}, 503, "ServiceUnavailable"),
        ({"status": 409, "code": "LockConflict", "message": "locked"}, 409, "LockConflict"),
        ({"status": 401}, 401, "NotAuthenticated"),
    ],
)
def test_any_error_can_be_ordered(local: Running, fault: Any, status: int, code: str) -> None:
    order(local, **fault)
    problem = refused(get, local)
    assert (problem.status, problem.code) == (status, code)


def test_a_fault_is_for_its_service_operation_and_caller(local: Running) -> None:
    order(local, service="identity", status=503)
    order(local, operation="list_instances", status=503)
    order(local, profile="DEFAULT", status=503)
    assert get(local).status == 200
    assert refused(get, local, profile="DEFAULT").status == 503
    assert len(local.local("/local/faults")["faults"]) == 2


def test_a_slow_answer_is_slow_and_others_are_not_kept_waiting(local: Running) -> None:
    import oci

    get(local, timeout=(2, 2))
    order(local, operation="get_instance", delay_ms=1500)
    with pytest.raises(oci.exceptions.RequestException):
        get(local, timeout=(2, 0.3))
    began = time.monotonic()
    assert get(local).status == 200
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(("drop", "number", "state"), [("before", 2, "RUNNING"), ("after", 3, "STOPPING")])
def test_a_lost_connection_leaves_open_whether_it_was_done(
    local: Running, drop: str, number: int, state: str
) -> None:
    import oci

    order(local, operation="instance_action", drop=drop)
    with pytest.raises(oci.exceptions.RequestException):
        compute(local).instance_action(
            local.ocid("instance", f"node-{number}"), "STOP", opc_retry_token=f"t-{drop}"
        )
    assert get(local, number).data.lifecycle_state == state
    again = compute(local).instance_action(
        local.ocid("instance", f"node-{number}"), "STOP", opc_retry_token=f"t-{drop}"
    )
    assert again.data.lifecycle_state == "STOPPING", "the same token makes it safe to ask again"


def test_a_change_that_is_accepted_can_fail_later(local: Running) -> None:
    order(local, operation="instance_action", fails=True)
    answer = compute(local).instance_action(local.ocid("instance", "node-4"), "STOP")
    assert answer.data.lifecycle_state == "STOPPING"
    local.clock.ahead += 15
    assert get(local, 4).data.lifecycle_state == "RUNNING"
    works, ident = local.client("work_requests", "WorkRequestClient"), local.ocid("instance", "node-4")
    work = works.list_work_requests(local.ocid("compartment", "prod"), resource_id=ident).data[0].id
    assert works.get_work_request(work).data.status == "FAILED"
    assert works.list_work_request_errors(work).data[0].code == "InternalError"


def asked(local: Running, body: Any, **headers: str) -> tuple[int, Any]:
    data = json.dumps(body).encode()
    request = Request(
        f"{local.server.url}/local/faults", data, {"Content-Type": "application/json", **headers}
    )
    try:
        with urlopen(request, timeout=5) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.mark.parametrize(
    "body", [{"colour": "red"}, {"status": "429"}, {"status": 200}, {"times": -1}, {"drop": "now"}, [], None]
)
def test_a_fault_that_means_nothing_is_refused_with_a_sentence(local: Running, body: Any) -> None:
    status, answer = asked(local, body)
    assert (status, answer["code"]) == (400, "InvalidParameter")


def test_pages_of_other_sites_order_nothing(local: Running) -> None:
    assert asked(local, {"status": 503}, Origin="http://evil.example")[0] == 403
    assert asked(local, {"status": 503}, Host="evil.example")[0] == 403
    assert local.local("/local/faults")["faults"] == []


def test_the_settings_of_a_product_name_one_address_with_a_region_to_fill_in(local: Running) -> None:
    found = local.server.environment()
    assert found["OCI_ENDPOINTS"] == f"*={local.server.url}/{{region}}"
    assert (found["OCI_CONFIG_PROFILE"], found["OCI_CHANGE_PROFILE"]) == ("DEFAULT", "CHANGE")


def test_info_names_the_configuration_file_and_every_service(local: Running) -> None:
    about = local.local("/local/info")
    assert about["oci_config_file"] == str(local.server.config_file)
    assert about["oci_profiles"] == ["DEFAULT", "CHANGE", "ADMIN", "SESSION"]
    assert set(about["oci_endpoints"]) == set(SERVICES)


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/core", "/core/20160918/nothing", "/core/20160918/instances/a/b/c"]
)
def test_a_path_that_no_service_has_is_404_in_the_apis_form(local: Running, path: str) -> None:
    with pytest.raises(HTTPError) as caught:
        urlopen(f"{local.server.url}{path}", timeout=5)
    with caught.value as error:
        assert error.code == 404
        assert set(json.load(error)) == {"code", "message"}


def test_unknown_and_missing_parameters_are_400(local: Running) -> None:
    from oci._vendor import requests
    from oci.signer import Signer

    config = local.config()
    signer = Signer(config["tenancy"], config["user"], config["fingerprint"], config["key_file"])
    url = f"{local.server.endpoints['core']}/20160918/instances"
    with requests.Session() as session:
        missing = session.get(url, auth=signer)
        unknown = session.get(url, auth=signer, params={"compartmentId": local.root, "colour": "red"})
        body = {"displayName": 5}
        ident = local.ocid("instance", "node-1")
        shape = session.put(f"{url}/{ident}", auth=signer, json=body)
    assert (missing.status_code, missing.json()["code"]) == (400, "MissingParameter")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "InvalidParameter")
    assert (shape.status_code, shape.json()["message"]) == (400, "displayName is no str: 5")


def test_looking_writes_no_state_and_acting_does(local: Running) -> None:
    from oci.resource_search.models import FreeTextSearchDetails

    path = local.server.config_file.parent / "eu-frankfurt-1.json"
    before = path.stat().st_mtime_ns
    get(local)
    local.client("resource_search", "ResourceSearchClient").search_resources(
        FreeTextSearchDetails(text="node")
    )
    assert path.stat().st_mtime_ns == before
    compute(local).instance_action(local.ocid("instance", "node-8"), "STOP")
    assert path.stat().st_mtime_ns > before
