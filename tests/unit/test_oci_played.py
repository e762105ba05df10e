"""Recorded answers of the real API played to the tools: as they came, with fields that nobody knows, and without each of their own."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.oci_running import Running, running
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.oracle_calls import Desk
from tests.unit.recorded_player import Player, player
from tools.errors import AskBack, ToolError
from tools.oracle.credentials import Principal
from tools.oracle.oracle import Oracle, OracleConfig
from tools.registry import TOOLS
from tools.spec import Result

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "oci"
HOME, REGIONS = "eu-frankfurt-1", ("eu-frankfurt-1", "eu-amsterdam-1")
NOTHING = re.compile(r"(?:: |; |, )None\b(?! of)")
SLOW = {"list_instances"}  # its tool asks about each instance: those of its fields that it reads
READ = {"id", "compartmentId", "displayName", "lifecycleState"}
STRANGERS = {"list_users"}  # whom the local tenancy does not know, when more is asked about them
BY_NAME = {one.name: one for one in TOOLS}
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/data/oci is not beside the project"),
]
# Which tools read an operation, and with which arguments.
CASES: list[tuple[str, str, list[tuple[str, dict[str, Any]]]]] = [
    ("core", "list_instances", [("cost_idle", {})]),
    ("core", "get_instance", [("oci_instance", {"resource": "node-1"}), ("oci_describe", {"resource": "node-1"})]),
    ("core", "list_vcns", [("oci_network", {})]),
    ("core", "get_vcn", [("oci_describe", {"resource": "net"})]),
    ("identity", "list_users", [("iam_credentials", {}), ("iam_who_can", {"verb": "use", "resource": "instances"})]),
    ("identity", "list_groups", [("iam_what_can", {"who": "Readers"}), ("iam_findings", {})]),
    ("identity", "list_auth_tokens", [("iam_credentials", {})]),
    ("identity", "list_compartments", [("oci_resources", {})]),
    ("identity", "list_region_subscriptions", [("oci_resources", {})]),
    ("monitoring", "summarize_metrics_data", [
        ("oci_metric", {"metric": "cpu"}), ("oci_trend", {"metric": "cpu"}),
        ("oci_query", {"query": "CpuUtilization[5m].mean()", "metric_namespace": "oci_computeagent"}),
    ]),
    ("resource_search", "search_resources", [("oci_resources", {}), ("oci_inventory", {})]),
    ("object_storage", "list_buckets", [("oci_buckets", {})]),
    ("object_storage", "get_bucket", [("oci_buckets", {})]),
]  # fmt: skip


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    net = {"name": "net", "in": "prod", "fields": {"cidrBlock": "10.0.0.0/16", "cidrBlocks": ["10.0.0.0/16"]}}
    bucket = {
        "name": "files",
        "in": "prod",
        "fields": {"namespace": "acme", "createdBy": "@user/ada", "metadata": {}, "etag": "e1"},
    }
    file = tenancy(
        resources={"core": {"Instance": instances(1), "Vcn": [net]}, "object_storage": {"Bucket": [bucket]}}
    )
    with running(file, tmp_path_factory.mktemp("oci"), speed=1) as one:
        yield one


@pytest.fixture(scope="module")
def stage(local: Running) -> Iterator[Player]:
    with player(local.server.url, REGIONS) as one:
        yield one


@pytest.fixture
def at(local: Running, stage: Player) -> Iterator[Desk]:
    oracle = Oracle.load(
        OracleConfig(Principal(file=local.server.config_file), None, f"*={stage.url}/{{region}}")
    )
    yield Desk(oracle)
    oracle.close()
    stage.plays.clear()


def recorded(service: str, operation: str, most: int = 3) -> list[Any]:
    """Answers of an operation, those that differ in their fields."""
    found: dict[str, Any] = {}
    for file in sorted(FOLDER.glob(f"*__{service}.jsonl")):
        for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            body = row["response"]["body"]
            if row["operation"] == operation and row["response"]["status"] == 200 and body:
                found.setdefault(repr(sorted(records(body)[0])) if records(body) else "", body)
    return list(found.values())[:most]


def records(body: Any) -> list[dict[str, Any]]:
    items = body.get("items", [body]) if isinstance(body, dict) else body
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []


def again(body: Any, change: Any) -> Any:
    """The body with each of its records changed."""
    if isinstance(body, dict) and isinstance(body.get("items"), list):
        return body | {"items": [change(one) for one in body["items"]]}
    if isinstance(body, list):
        return [change(one) if isinstance(one, dict) else one for one in body]
    return change(body) if isinstance(body, dict) else body


def deep(value: Any) -> Any:
    """With a field of tomorrow in every object, however deep; a map of tags is no object of the API."""
    if isinstance(value, list):
        return [deep(one) for one in value]
    if not isinstance(value, dict):
        return value
    inner = {key: one if "Tags" in key or "etadata" in key else deep(one) for key, one in value.items()}
    return inner | {"aFieldOfTomorrow": {"deep": [1, {"er": None}]}}


def variants(body: Any) -> Iterator[tuple[str, Any]]:
    yield "as recorded", body
    yield "unknown fields", deep(body)
    for name in sorted({name for one in records(body) for name in one}):
        yield (
            f"without {name}",
            again(body, lambda one, name=name: {k: v for k, v in one.items() if k != name}),
        )
    yield "all of null", again(body, dict.fromkeys)
    yield "nothing in it", again(body, lambda one: {})


def moved(local: Running, operation: str, body: Any) -> Any:
    """Into the local tenancy: nobody may see the compartments of the recording, nor are its regions there."""
    place = local.root if operation == "list_compartments" else local.ocid("compartment", "prod")

    def one(item: dict[str, Any]) -> dict[str, Any]:
        here = {"compartmentId": place} if "compartmentId" in item else {}
        if operation == "list_region_subscriptions":
            here |= {"regionName": HOME, "regionKey": "FRA", "isHomeRegion": True}
        return item | here

    return again(body[:1] if operation == "list_region_subscriptions" else body, one)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[1])
async def test_a_tool_answers_from_it_or_says_in_its_own_words_why_not(local, stage, at, case):
    service, operation, tools = case
    bodies = recorded(service, operation)
    assert bodies, "nothing of it is recorded"
    wrong = []
    for number, body in enumerate(bodies):
        for what, changed in variants(moved(local, operation, body)):
            field = what.removeprefix("without ")
            if field != what and (number or (operation in SLOW and field not in READ)):
                continue
            stage.plays[service, operation] = changed
            for name, args in tools[:1] if field != what else tools:
                if service == "identity":
                    at.oracle.forget()
                before = stage.played
                problem = await problem_of(
                    at,
                    name,
                    args,
                    plain=what in {"as recorded", "unknown fields"} and operation not in STRANGERS,
                )
                if not problem and stage.played == before:
                    problem = "does not read it"
                if problem:
                    wrong.append(f"{name}, {what}: {problem}")
    assert not wrong, "\n".join(wrong)


async def problem_of(at: Desk, name: str, args: dict[str, Any], *, plain: bool) -> str:
    """Empty: an answer, or one of the error words. What is plainly there is answered, and `None` is no word for a person."""
    try:
        found = await at.run(BY_NAME[name], **args)
    except (ToolError, AskBack) as error:
        return f"{type(error).__name__}: {error}" if plain and isinstance(error, ToolError) else ""
    except Exception as error:  # noqa: BLE001 - which one it is, is what the test is about
        return f"{type(error).__name__}: {error}"
    said = [found.digest, *(cell for table in found.tables for row in table.rows for cell in row)]
    assert isinstance(found, Result)
    return next((f"says None: {text[:200]}" for text in said if NOTHING.search(text)), "")
