"""The Oracle client against a local OCI: one request each, right sentences, two principals, nothing left hanging."""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.oci_running import Running, ShiftedClock, running
from tests.unit.oci_tenancy import instances, tenancy
from tools.errors import AskBack, GiveUp, NotAllowed, TryLater
from tools.oracle.api import Account
from tools.oracle.connection import Connection
from tools.oracle.credentials import Principal
from tools.oracle.failures import Changed, NotVisible, Throttled, WrongState
from tools.oracle.oracle import Oracle, OracleConfig
from tools.oracle.parts import each
from tools.oracle.services import Endpoints

COUNT = 60


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    file = tenancy(resources={"core": {"Instance": instances(COUNT)}})
    with running(file, tmp_path_factory.mktemp("oci"), speed=20) as one:
        yield one


@pytest.fixture
def oracle(local: Running) -> Iterator[Oracle]:
    made = opened(local)
    yield made
    made.close()
    local.local("/local/faults", method="DELETE")


def opened(local: Running, change: str | None = "CHANGE", read: str = "DEFAULT") -> Oracle:
    file = local.server.config_file
    return Oracle.load(
        OracleConfig(
            Principal(file=file, profile=read),
            Principal(file=file, profile=change) if change else None,
            f"*={local.server.url}/{{region}}",
        )
    )


async def prod(oracle: Oracle) -> str:
    return (await oracle.tenancy(oracle.reading(10))).compartments.find("prod").id


async def test_the_tenancy_has_regions_compartments_and_paths(local, oracle):
    found = await oracle.tenancy(oracle.reading(10))
    assert (found.home, {region.name for region in found.regions}) == (
        "eu-frankfurt-1",
        {"eu-frankfurt-1", "eu-amsterdam-1"},
    )
    tree = found.compartments
    assert [one.path for one in tree.all] == ["root", "lab", "prod", "prod/prod-data"]
    assert tree.find("PROD:prod-data").id == local.ocid("compartment", "prod-data")
    assert [one.path for one in tree.below(tree.find("prod"))] == ["prod", "prod/prod-data"]
    with pytest.raises(AskBack) as asked:
        tree.find("staging")
    assert "prod" in asked.value.options


async def test_lists_come_page_by_page_and_say_when_there_was_more(oracle):
    api, where = oracle.reading(20), await prod(oracle)
    whole = await api.listing("compute", "list_instances", compartment_id=where)
    assert (len({one["id"] for one in whole.items}), whole.whole) == (COUNT, True)
    some = await api.listing("compute", "list_instances", compartment_id=where, cap=25)
    assert (len(some.items), some.whole) == (25, False)


async def test_what_the_sdk_does_not_know_yet_is_kept(oracle):
    found = await oracle.reading(10).listing(
        "compute", "list_instances", compartment_id=await prod(oracle), cap=1
    )
    import oci

    assert set(found.items[0]) - set(oci.core.models.Instance().attribute_map.values())


async def test_our_request_id_reaches_oracles_own_records(local, oracle):
    where = await prod(oracle)
    answer = await oracle.reading(10, "cloudops-r1").read("compute", "list_instances", compartment_id=where)
    assert answer.request_id.startswith("cloudops-r1")


async def test_nothing_there_is_never_called_not_existing(oracle):
    with pytest.raises(NotVisible) as seen:
        await oracle.reading(10).read("compute", "get_instance", instance_id="ocid1.instance.oc1..nobody")
    assert "does not exist, or I may not see it" in seen.value.reason
    assert not seen.value.not_found
    assert seen.value.upstream_id


async def test_the_reading_principal_cannot_change_and_without_another_nothing_can(local, oracle):
    name = local.ocid("instance", "node-1")
    with pytest.raises(NotVisible):
        await oracle.reading(10).write("compute", "instance_action", instance_id=name, action="STOP")
    reader = opened(local, change=None)
    with pytest.raises(NotAllowed) as seen:
        reader.changing(10)
    assert "OCI_CHANGE_PROFILE" in seen.value.reason
    reader.close()


async def test_a_write_demands_the_etag_that_was_read_and_the_right_state(local, oracle):
    name = local.ocid("instance", "node-2")
    api = oracle.changing(20)
    before = await api.read("compute", "get_instance", instance_id=name)
    with pytest.raises(Changed):
        await api.write("compute", "instance_action", instance_id=name, action="STOP", if_match="another")
    done = await api.write(
        "compute", "instance_action", instance_id=name, action="STOP", if_match=before.etag
    )
    assert done.data["lifecycleState"] == "STOPPING"
    with pytest.raises(WrongState) as seen:
        await api.write("compute", "instance_action", instance_id=name, action="STOP")
    assert "cannot do that now" in seen.value.reason


async def test_a_read_is_asked_again_and_a_write_never(local, oracle):
    name = local.ocid("instance", "node-3")
    api = oracle.changing(20)
    local.local("/local/faults", {"operation": "get_instance", "status": 503, "times": 2})
    assert (await api.read("compute", "get_instance", instance_id=name)).data["id"] == name
    local.local("/local/faults", {"operation": "instance_action", "status": 503, "times": 1})
    with pytest.raises(TryLater):
        await api.write("compute", "instance_action", instance_id=name, action="STOP")
    assert (await api.read("compute", "get_instance", instance_id=name)).data["lifecycleState"] == "RUNNING"


async def test_being_told_to_slow_down_is_kept_and_does_not_break_the_lane(local, oracle):
    api, where = oracle.reading(3), await prod(oracle)
    local.local(
        "/local/faults", {"operation": "list_instances", "status": 429, "retry_after": 30, "times": 1}
    )
    with pytest.raises(Throttled) as seen:
        await api.read("compute", "list_instances", compartment_id=where)
    assert seen.value.retry_after == 30
    began = time.monotonic()
    with pytest.raises(TryLater) as later:
        await api.read("compute", "list_instances", compartment_id=where)
    assert later.value.retry_after > 20
    assert time.monotonic() - began < 1
    lane = oracle.read_by.lane("compute", "")
    assert lane.breaker.state == "closed"
    assert (await api.read("identity", "get_tenancy", tenancy_id=local.root)).data["name"] == "acme"


async def test_a_service_that_keeps_failing_is_left_alone_and_no_other_is(local, oracle):
    where = await prod(oracle)
    local.local("/local/faults", {"operation": "list_instances", "status": 500, "times": 100})
    for _ in range(3):
        with pytest.raises(TryLater):
            await oracle.reading(5).read("compute", "list_instances", compartment_id=where)
    assert oracle.read_by.lane("compute", "").breaker.state == "open"
    with pytest.raises(TryLater, match="left alone"):
        await oracle.reading(5).read("compute", "list_instances", compartment_id=where)
    assert (await oracle.reading(5).read("identity", "get_tenancy", tenancy_id=local.root)).data


async def test_a_slow_answer_ends_with_the_deadline(local, oracle):
    where = await prod(oracle)
    local.local("/local/faults", {"operation": "list_instances", "delay_ms": 3000, "times": 5})
    began = time.monotonic()
    with pytest.raises(TryLater, match=r"did not answer|no time"):
        await oracle.reading(0.5).read("compute", "list_instances", compartment_id=where)
    assert time.monotonic() - began < 2


async def test_one_region_that_does_not_answer_costs_its_part_alone(local, oracle):
    where = await prod(oracle)

    async def ask(region: str) -> int:
        if region == "eu-amsterdam-1":
            raise TryLater("it is away")
        found = await oracle.reading(10).listing(
            "compute", "list_instances", region=region, compartment_id=where
        )
        return len(found.items)

    parts = await each(["eu-frankfurt-1", "eu-amsterdam-1"], ask)
    assert (dict(parts.found), parts.could_not_see) == (
        {"eu-frankfurt-1": COUNT},
        ("eu-amsterdam-1: it is away",),
    )

    async def fail(name: str) -> int:
        raise GiveUp(f"no {name}")

    with pytest.raises(GiveUp, match="no a"):
        await each(["a", "b"], fail)


async def test_many_calls_at_once_use_as_many_connections_as_threads(oracle):
    where = await prod(oracle)
    api = oracle.reading(30)
    found = await asyncio.gather(
        *(api.read("compute", "list_instances", compartment_id=where, limit=1) for _ in range(60))
    )
    assert all(len(one.data) == 1 for one in found)


# who we are: each mistake has its own sentence


def change_profile(local: Running, folder: Path, **fields: str) -> Path:
    """The reader's profile with some fields replaced."""
    lines = dict(
        line.split("=", 1)
        for line in local.server.config_file.read_text().split("[CHANGE]")[0].splitlines()
        if "=" in line
    )
    file = folder / "config"
    file.write_text("[DEFAULT]\n" + "".join(f"{k}={v}\n" for k, v in (lines | fields).items() if v))
    file.chmod(0o600)
    return file


async def said(principal: Principal, local: Running, **more: Any) -> str:
    account = Account(Connection(principal, Endpoints.parse(f"*={local.server.url}"), **more))
    from tools.oracle.api import Api

    try:
        await Api(account, asyncio.get_running_loop().time() + 5).read(
            "identity", "get_tenancy", tenancy_id=local.root
        )
    except (GiveUp, NotAllowed, TryLater) as error:
        return f"{type(error).__name__}: {error.reason}"
    finally:
        account.close()
    return "fine"


async def test_each_mistake_in_the_configuration_has_its_own_sentence(local, tmp_path):
    async def with_fields(**fields: str) -> str:
        return await said(Principal(file=change_profile(local, tmp_path, **fields)), local)

    assert await with_fields() == "fine"
    assert "there is no such file" in await said(Principal(file=tmp_path / "none"), local)
    file = change_profile(local, tmp_path)
    assert "no profile OTHER" in await said(Principal(file=file, profile="OTHER"), local)
    assert "key_file is not there" in await with_fields(key_file=str(tmp_path / "no.pem"))
    (tmp_path / "text.pem").write_text("not a key")
    assert "no private key" in await with_fields(key_file=str(tmp_path / "text.pem"))
    assert "fingerprint" in await with_fields(fingerprint="12")
    assert "user" in await with_fields(user="")
    assert "does not accept my signature" in await with_fields(fingerprint=":".join(["ab"] * 16))
    (tmp_path / "config").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read" in await said(Principal(file=tmp_path / "config"), local)


async def test_a_wrong_clock_is_told_from_a_wrong_key(tmp_path):
    clock = ShiftedClock()
    with running(tenancy(), tmp_path, clock=clock) as local:
        assert await said(Principal(file=local.server.config_file), local) == "fine"
        clock.ahead = 900
        found = await said(Principal(file=local.server.config_file), local)
        assert "the clock of this machine is 15 min behind Oracle's" in found


async def test_a_session_token_that_ran_out_says_how_to_renew_it(local, tmp_path):
    import base64
    import json

    def token(expires: float) -> str:
        claims = base64.urlsafe_b64encode(json.dumps({"exp": expires}).encode()).decode().rstrip("=")
        return f"e30.{claims}.c2ln"

    (tmp_path / "token").write_text(token(time.time() - 5))
    file = change_profile(local, tmp_path, security_token_file=str(tmp_path / "token"))
    found = await said(Principal("session", file), local)
    assert found == "NotAllowed: the session token of profile DEFAULT has expired: run `oci session refresh`"
    assert "security_token_file missing" in await said(
        Principal("session", change_profile(local, tmp_path)), local
    )


async def test_other_places_say_that_this_is_none(local):
    for mode in ("resource_principal", "oke_workload_identity"):
        assert f"OCI_AUTH={mode}" in await said(Principal(mode), local)


async def test_an_address_that_nobody_listens_at_cannot_be_reached(local):
    account = Account(
        Connection(Principal(file=local.server.config_file), Endpoints.parse("*=http://127.0.0.1:9"))
    )
    from tools.oracle.api import Api

    with pytest.raises(TryLater, match="cannot be reached"):
        await Api(account, asyncio.get_running_loop().time() + 3).read(
            "identity", "get_tenancy", tenancy_id=local.root
        )
    account.close()


async def test_a_write_whose_answer_cannot_be_read_is_sent_once(local):
    """The SDK would send it again when the answer's headers are broken."""
    asked, gone = 0, asyncio.Event()

    async def broken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        while await reader.readline():
            asked += 1
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nbroken header without a colon\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()
        writer.close()
        await writer.wait_closed()
        gone.set()

    async with await asyncio.start_server(broken, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        account = Account(
            Connection(
                Principal(file=local.server.config_file), Endpoints.parse(f"*=http://127.0.0.1:{port}")
            )
        )
        from tools.oracle.api import Api

        api = Api(account, asyncio.get_running_loop().time() + 5)
        with contextlib.suppress(TryLater):
            await api.write("compute", "instance_action", instance_id="ocid1.x", action="STOP")
        account.close()
        await asyncio.wait_for(gone.wait(), 20)
    assert asked == 1
