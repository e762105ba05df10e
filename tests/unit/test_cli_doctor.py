"""The doctor against a real local Slack and a real local cluster: what is wrong, what to do, never a secret."""

import asyncio
import json
import random
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sandbox.cluster.server import ClusterServer
from sandbox.cluster.store import Store
from sandbox.models.minds import MODES
from sandbox.models.server import ModelServer
from sandbox.slack.server import LocalSlack
from tests.servers.mail import mail_server
from tests.unit.cli_process import POLICY, ROOT, SERVICES, Ran, run

MANIFEST = json.loads((ROOT / "deploy/slack/manifest.json").read_text())


def wrong(ran: Ran) -> dict[str, str]:
    """What is wrong, by area, with what to do."""
    return {c["area"]: f"{c['text']} {c['todo']}" for c in ran.json["checks"] if c["state"] == "wrong"}


def fine(ran: Ran) -> dict[str, str]:
    return {c["area"]: c["text"] for c in ran.json["checks"] if c["state"] == "ok"}


@asynccontextmanager
async def slack(manifest=MANIFEST):
    server = LocalSlack(manifest)
    await server.start()
    try:
        yield {
            "SLACK_API_URL": server.api_url,
            "SLACK_BOT_TOKEN": server.bot_token,
            "SLACK_APP_TOKEN": server.app_token,
        }
    finally:
        await server.stop()


@asynccontextmanager
async def cluster(folder: Path):
    server = ClusterServer(Store(rng=random.Random(7)), folder)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def doctor(folder: Path, **env: str) -> Ran:
    files = {"POLICY_FILE": str(POLICY), "SERVICES_FILE": str(SERVICES)}
    return await asyncio.to_thread(run, folder, "doctor", "--json", **{**files, **env})


async def test_a_set_up_that_is_right_is_fine(tmp_path):
    with mail_server() as mails:
        async with slack() as tokens, cluster(tmp_path / "k") as server:
            mail = {"SMTP_URL": mails.url, "SMTP_FROM": "cloudops@shop.example"}
            ran = await doctor(tmp_path, **tokens, **mail, KUBECONFIG=str(server.kubeconfigs["bot"]))
    assert wrong(ran) == {}
    assert ran.code == 0
    assert ran.json["ok"] is True
    said = fine(ran)
    assert "TLOCAL" in said["slack"]
    assert said["socket"] == "Socket Mode opens"
    assert said["cluster local"].startswith("v1.")


async def test_wrong_tokens_are_named_by_setting_and_never_shown(tmp_path):
    async with slack() as tokens:
        bad = {"SLACK_BOT_TOKEN": "xoxb-stolen-or-old", "SLACK_APP_TOKEN": "xapp-stolen-or-old"}
        ran = await doctor(tmp_path, **{**tokens, **bad})
    assert ran.code == 1
    assert "SLACK_BOT_TOKEN" in wrong(ran)["slack"]
    assert "SLACK_APP_TOKEN" in wrong(ran)["socket"]
    assert "stolen-or-old" not in ran.out + ran.err


async def test_a_missing_scope_is_named_with_its_reason(tmp_path):
    scopes = [s for s in MANIFEST["oauth_config"]["scopes"]["bot"] if s != "files:write"]
    less = {**MANIFEST, "oauth_config": {"scopes": {"bot": scopes}}}
    async with slack(less) as tokens:
        ran = await doctor(tmp_path, **tokens)
    assert ran.code == 1
    assert "files:write (attach full results" in wrong(ran)["scopes"]
    assert "manifest" in wrong(ran)["scopes"]


async def test_a_cluster_that_is_gone_and_one_that_lets_us_see_nothing(tmp_path):
    async with cluster(tmp_path / "k") as server:
        nobody = await doctor(tmp_path, KUBECONFIG=str(server.kubeconfigs["nobody"]))
        admin = await doctor(tmp_path, KUBECONFIG=str(server.kubeconfigs["admin"]))
    gone = await doctor(tmp_path, KUBECONFIG=str(server.kubeconfigs["bot"]))
    assert "list pods" in wrong(nobody)["cluster local"]
    assert "everything" in wrong(admin)["cluster local"]
    assert "cluster local" in wrong(gone)["cluster local"]  # cannot be reached, or did not answer in time
    assert (nobody.code, admin.code, gone.code) == (1, 1, 1)


async def test_models_are_asked_for_and_a_missing_key_is_said(tmp_path):
    async with ModelServer(MODES["sensible"]()) as server:
        ran = await doctor(
            tmp_path, LLM="groq:no-such-model", GROQ_API_KEY="k", GROQ_BASE_URL=server.groq_url
        )
    assert "does not offer this model" in wrong(ran)["models"]
    ran = await doctor(tmp_path, LLM="openai:some-model")
    assert "OPENAI_API_KEY" in wrong(ran)["models"]


UNHEARD = """people: [{id: "T1A:U1A", name: a}]
roles: {breaker: ["remediation:break_glass"]}
bindings:
  - {subjects: ["person:a"], role: breaker, channels: ["COPS"], clusters: ["*"], namespaces: ["*"]}
"""


BLIND = """channels: {CINC: {incidents: true}}
detectors: [{name: a, resource: node-1}]
"""


@pytest.mark.parametrize(
    ("setting", "content", "area", "said"),
    [
        ("POLICY_FILE", BLIND, "detectors", "system:triage may read nothing in CINC"),
        ("POLICY_FILE", "version: 1\npeopel: []\n", "policy", "line 2"),
        ("SERVICES_FILE", "services:\n  a: {colour: red}\n", "services", "line 2"),
        ("POLICY_FILE", "version: 1\n", "approvers", "nobody may approve"),
        (
            "POLICY_FILE",
            UNHEARD,
            "break-glass",
            "bindings[0]:breaker (line 4) gives it, and no channel would hear",
        ),
    ],
)
async def test_a_wrong_file_is_said_with_its_line(tmp_path, setting, content, area, said):
    (tmp_path / "f.yaml").write_text(content)
    ran = await doctor(tmp_path, **{setting: "f.yaml"})
    assert ran.code == 1
    assert said in wrong(ran)[area]


async def test_no_policy_means_that_nobody_may_do_anything_and_is_said(tmp_path):
    ran = await doctor(tmp_path, POLICY_FILE="")
    assert "nobody may do anything" in wrong(ran)["policy"]


async def test_an_older_and_a_newer_schema_and_a_file_that_is_none(tmp_path):
    (tmp_path / "text.db").write_text("this is no database, and long enough to be read as one " * 40)
    ran = await doctor(tmp_path, DATABASE_URL="sqlite:///text.db")
    assert "DATABASE_URL" in wrong(ran)["database"]
    (tmp_path / "empty.db").touch()
    ran = await doctor(tmp_path, DATABASE_URL="sqlite:///empty.db")
    assert "db upgrade" in wrong(ran)["schema"]


async def test_a_person_reads_lines_with_what_to_do(tmp_path):
    ran = await asyncio.to_thread(run, tmp_path, "doctor")
    assert ran.code == 1
    assert "WRONG  policy" in ran.out
    assert "To do: " in ran.out
    assert ran.out.rstrip().endswith("to put right")


async def test_oracle_cloud_is_looked_at_with_both_principals_and_each_mistake_is_named(tmp_path):
    from tests.unit.oci_running import running
    from tests.unit.oci_tenancy import tenancy

    (tmp_path / "oci").mkdir()
    with running(tenancy(), tmp_path / "oci") as local:
        env = {"OCI_CONFIG_FILE": str(local.server.config_file), "OCI_ENDPOINTS": f"*={local.server.url}"}
        none = await doctor(tmp_path)
        assert "no OCI_CONFIG_FILE" in str(none.json)
        ran = await doctor(tmp_path, **env, OCI_CHANGE_PROFILE="CHANGE")
        said = [c["text"] for c in ran.json["checks"] if c["area"] == "oracle"]
        assert said == [
            "reads: 3 compartments, home eu-frankfurt-1, regions eu-frankfurt-1, eu-amsterdam-1",
            "changes: the second principal signs",
        ]
        ran = await doctor(tmp_path, **env, OCI_CHANGE_PROFILE="NOBODY")
        assert "no profile NOBODY" in wrong(ran)["oracle"]
        file = tmp_path / "config"
        file.write_text(
            local.server.config_file.read_text().replace("region=eu-frankfurt-1", "region=us-ashburn-1")
        )
        ran = await doctor(tmp_path, **env | {"OCI_CONFIG_FILE": str(file)})
        assert "us-ashburn-1 is not subscribed" in wrong(ran)["oracle"]


async def test_the_parts_that_the_service_map_names_in_oracle_cloud_are_looked_for(tmp_path):
    from tests.unit.oci_running import running
    from tests.unit.oci_service_parts import TILL, file

    (tmp_path / "oci").mkdir()
    (tmp_path / "services.yaml").write_text(TILL)
    with running(file(), tmp_path / "oci") as local:
        env = {"OCI_CONFIG_FILE": str(local.server.config_file), "OCI_ENDPOINTS": f"*={local.server.url}"}
        env["SERVICES_FILE"] = "services.yaml"
        none = await doctor(tmp_path, SERVICES_FILE="services.yaml")
        assert "1 name parts in Oracle Cloud, and there is no OCI_CONFIG_FILE" in none.out
        ran = await doctor(tmp_path, **env)
        assert "5 parts in Oracle Cloud of 1 services are there" in ran.out
        (tmp_path / "services.yaml").write_text(TILL.replace("batch-1", "batch-9"))
        ran = await doctor(tmp_path, **env)
        assert "till: instance batch-9: not visible or not there" in wrong(ran)["services"]
