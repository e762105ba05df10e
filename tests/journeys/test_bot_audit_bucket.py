"""The whole bot with a bucket for its signed heads: away and back, and a record that was cut off is found in Slack by the bucket alone."""

import asyncio
import sqlite3
from contextlib import closing

from storage.audit.anchor import read_anchor
from storage.database import anchor_beside
from tests.journeys.bot_house import house
from tests.unit.oci_running import running
from tests.unit.oci_tenancy import tenancy

BUCKET, FOLDER = "ops-audit", "shop/heads"


def made(local):
    """With a rule: what is in it stays."""
    import oci

    client, models = local.client("object_storage", "ObjectStorageClient", "ADMIN"), oci.object_storage.models
    space = client.get_namespace().data
    place = local.ocid("compartment", "prod")
    client.create_bucket(space, models.CreateBucketDetails(name=BUCKET, compartment_id=place))
    client.create_retention_rule(space, BUCKET, models.CreateRetentionRuleDetails(display_name="audit"))
    return lambda: len(client.list_objects(space, BUCKET, prefix=f"{FOLDER}/").data.objects)


async def until(true, seconds=30.0):
    for _ in range(int(seconds / 0.2)):
        if await true():
            return
        await asyncio.sleep(0.2)
    raise AssertionError("it did not become so in time")


def cut(file):
    """The second half of the record, its heads, and the end of the anchor file."""
    with closing(sqlite3.connect(file)) as db, db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        (first,) = db.execute("SELECT min(seq) FROM audit_heads").fetchone()
        for table in ("audit_events", "audit_heads"):
            db.execute(f"DELETE FROM {table} WHERE seq > ?", (first,))
    anchor = anchor_beside(file)
    anchor.write_text("".join(f"{head.line()}\n" for head in read_anchor(anchor) if head.seq <= first))


async def test_heads_reach_the_bucket_when_it_is_back_and_find_what_was_cut_off(tmp_path):
    (tmp_path / "oci").mkdir()
    with running(tenancy(), tmp_path / "oci") as local:
        count = made(local)
        env = local.server.environment()
        settings = {
            "oci_config_file": env["OCI_CONFIG_FILE"],
            "oci_endpoints": env["OCI_ENDPOINTS"],
            "oci_change_profile": "ADMIN",
            "audit_anchor_bucket": f"{BUCKET}/{FOLDER}",
        }
        async with house(tmp_path) as place, place.open(**settings) as bot:

            async def said():
                return (await bot.health.states())["audit bucket"]

            local.local("/local/faults", {"operation": "put_object", "status": 503, "times": 999})
            await place.command("k8s unhealthy")
            await until(
                lambda: _starts(said, "signed heads wait for bucket ops-audit: Oracle Object Storage")
            )
            local.local("/local/faults", method="DELETE")
            await until(lambda: _starts(said, "ok"), 60)
            assert count() >= 1
            held = count()
            await place.command("k8s unhealthy")
            await until(lambda: _more(count, held))
            assert "in the bucket" in (await place.command("audit verify", "UBOB"))["text"]
            file = bot.core.db.file
            cut(file)
            answer = (await place.command("audit verify", "UBOB"))["text"]
            assert "TAMPERED" in answer


async def _starts(said, words):
    return (await said()).startswith(words)


async def _more(count, before):
    return count() > before
