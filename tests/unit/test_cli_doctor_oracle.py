"""The doctor on Oracle Cloud: wrong key, expired session, wrong region and a wrong clock, each with real files and by its own words."""

import base64
import json
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sandbox.faults.proxy import FaultProxy
from sandbox.faults.trouble import GONE
from tests.unit.oci_running import ShiftedClock, running
from tests.unit.oci_tenancy import tenancy
from tests.unit.test_cli_doctor import doctor, fine, wrong
from tests.unit.test_oracle_client import change_profile


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    with running(tenancy(), tmp_path_factory.mktemp("oci"), clock=ShiftedClock()) as one:
        yield one


def key_file(folder: Path) -> str:
    """A good key, of nobody."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = folder / "another.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(file)


def session(folder: Path, expires: float) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": expires}).encode()).decode().rstrip("=")
    (folder / "token").write_text(f"e30.{claims}.c2ln")
    return str(folder / "token")


async def said(local, folder: Path, port: int = 0, **fields: str) -> str:
    """What is wrong with the reader's profile when these of its fields are others."""
    auth = "session" if "security_token_file" in fields else "config"
    at = f"http://127.0.0.1:{port}" if port else local.server.url
    file = change_profile(local, folder, **fields)
    ran = await doctor(folder, OCI_CONFIG_FILE=str(file), OCI_ENDPOINTS=f"*={at}", OCI_AUTH=auth)
    assert "BEGIN" not in ran.out + ran.err
    return "" if "oracle" in fine(ran) else wrong(ran)["oracle"]


async def test_each_of_four_mistakes_is_told_apart(local, tmp_path):
    local.clock.ahead = 0.0
    assert await said(local, tmp_path) == ""
    found = {
        "key": await said(local, tmp_path, key_file=key_file(tmp_path)),
        "no key": await said(local, tmp_path, key_file=str(tmp_path / "none.pem")),
        "session": await said(local, tmp_path, security_token_file=session(tmp_path, time.time() - 60)),
        "region": await said(local, tmp_path, region="us-ashburn-1"),
        "no region": await said(local, tmp_path, region="atlantis-1"),
    }
    local.clock.ahead = -900
    found["clock"] = await said(local, tmp_path)
    local.clock.ahead = 0.0
    words = {
        "key": "does not accept my signature: wrong key",
        "no key": "its key_file is not there",
        "session": "the session token of profile DEFAULT has expired: run `oci session refresh`",
        "region": "region us-ashburn-1 is not subscribed; the tenancy has eu-frankfurt-1, eu-amsterdam-1",
        "no region": "region atlantis-1 is not subscribed",
        "clock": "the clock of this machine is 15 min ahead of Oracle's",
    }
    for what, text in found.items():
        assert [name for name, other in words.items() if other in text] == [what], text


async def test_an_oracle_that_is_away_is_told_from_all_of_them(local, tmp_path):
    async with FaultProxy(1) as line:
        await line.be(GONE)
        assert "it cannot be reached" in await said(local, tmp_path, line.port)


async def test_the_bucket_of_signed_heads_is_looked_for_with_its_rule(local, tmp_path):
    import oci

    local.clock.ahead = 0.0
    client = local.client("object_storage", "ObjectStorageClient", "ADMIN")
    space, models = client.get_namespace().data, oci.object_storage.models
    oracle = {
        "OCI_CONFIG_FILE": str(local.server.config_file),
        "OCI_ENDPOINTS": f"*={local.server.url}",
        "AUDIT_ANCHOR_BUCKET": "ops-audit",
    }
    ran = await doctor(tmp_path, **oracle)
    assert "there is no bucket ops-audit, or I may not see it" in wrong(ran)["bucket"]
    place = local.ocid("compartment", "prod")
    client.create_bucket(space, models.CreateBucketDetails(name="ops-audit", compartment_id=place))
    ran = await doctor(tmp_path, **oracle)
    assert "warning: bucket ops-audit has no retention rule" in wrong(ran)["bucket"]
    client.create_retention_rule(
        space, "ops-audit", models.CreateRetentionRuleDetails(display_name="for ever")
    )
    ran = await doctor(tmp_path, **oracle)
    assert fine(ran)["bucket"] == "ops-audit has a retention rule and 0 signed heads"
