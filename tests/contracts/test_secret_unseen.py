"""A rotated secret's value through the whole engine: it reaches Oracle, and is in no file, table, log or record of ours."""

import base64
import logging

import pytest

from tests.contracts.actions import cloud as cloud_place
from tests.contracts.actions.bench import bench
from tests.contracts.actions.catalogue import BY_NAME

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(60)]


async def test_a_rotated_value_is_in_no_plan_card_audit_or_log(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    root, own = tmp_path / "cloud", tmp_path / "bot"
    own.mkdir()
    with cloud_place.cloud(root) as place:
        async with bench(own, place) as on:
            rig = BY_NAME["secret_rotate"]
            case = rig.make(place, 1)
            plan = await on.approved(rig, case)
            assert await on.run(plan, case) == "succeeded"
            sent = place.records.by_id[case.path].hidden["contents"]["2"]
            calls = place.local.local("/local/calls")
        files = [one.read_bytes() for one in own.rglob("*") if one.is_file()]
    value = base64.b64decode(sent).decode()
    assert len(value) == 64
    everything = b"".join(files) + caplog.text.encode() + str(calls).encode()
    assert plan.id.encode() in everything  # we did look where plans are
    assert value.encode() not in everything
    assert sent.encode() not in everything
