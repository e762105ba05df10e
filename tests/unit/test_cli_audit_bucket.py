"""`audit verify` with a bucket: compared when it is named or set, exit code 2 when it cannot be read, and never quietly left out."""

import asyncio

from bot.settings import Settings
from tests.unit.audit_files import copy
from tests.unit.cli_process import run
from tests.unit.test_audit_bucket import audit, bucket, carried, forget, local, oracle  # noqa: F401 - fixtures


def environment(local):  # noqa: F811
    return {
        "DATABASE_URL": "sqlite:///app.db",
        "OCI_CONFIG_FILE": str(local.server.config_file),
        "OCI_ENDPOINTS": f"*={local.server.url}",
        "OCI_CHANGE_PROFILE": "ADMIN",
    }


async def verify(folder, *options, **env):
    return await asyncio.to_thread(run, folder, "audit", "verify", *options, **env)


async def test_the_bucket_is_compared_by_option_and_by_setting(audit, bucket, local):  # noqa: F811
    env = environment(local)
    await carried(audit, bucket)
    ran = await verify(audit.folder, "--anchor-bucket", bucket.name, **env)
    assert (ran.code, "2 kept outside, 2 in the bucket" in ran.out) == (0, True)
    forget(audit, 100)
    assert (await verify(audit.folder, **env)).code == 0
    ran = await verify(audit.folder, **env, AUDIT_ANCHOR_BUCKET=bucket.name)
    assert ran.code == 1
    assert ran.out.startswith("TAMPERED: first bad record 101")


async def test_a_bucket_that_cannot_be_read_is_no_proof(audit, local):  # noqa: F811
    env = environment(local) | {"AUDIT_ANCHOR_BUCKET": "nowhere"}
    ran = await verify(audit.folder, **env)
    assert ran.code == 2
    assert "AUDIT_ANCHOR_BUCKET: Oracle Object Storage" in ran.err
    forget(audit, 100)
    copied = copy(audit.folder)
    with copied.sql() as db, db:
        db.execute("UPDATE audit_events SET body = replace(body, 'row', 'rum') WHERE seq = 7")
    ran = await verify(audit.folder, **env)
    assert ran.code == 1
    assert "TAMPERED: first bad record 7" in ran.out


def test_a_bucket_needs_oracle_cloud():
    import pytest

    with pytest.raises(ValueError, match="AUDIT_ANCHOR_BUCKET: needs Oracle Cloud"):
        Settings(audit_anchor_bucket="ops-audit", _env_file=None)
    with pytest.raises(ValueError, match="audit_anchor_bucket"):
        Settings(audit_anchor_bucket="ops audit", _env_file=None)
