"""Oracle's own command line as a second client of the local OCI: `scripts/clients`, which installs it apart.

Not part of `make test`: it brings 800 MB, and libraries that contradict ours.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.scenarios.loader import load
from tests.unit.oci_running import Running, running

PROGRAM = shutil.which("oci")
pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="the OCI command line is not installed (scripts/clients installs it)"
)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    tenancy = load("shop").tenancy
    assert tenancy is not None
    with running(tenancy, tmp_path_factory.mktemp("oci"), speed=20) as one:
        yield one


def oci(
    local: Running, service: str, *words: str, home: Path, profile: str = "DEFAULT", code: int = 0
) -> Any:
    """What the command prints, as JSON."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "OCI_CLI_CONFIG_FILE": str(local.server.config_file),
    }
    command = [str(PROGRAM), "--profile", profile, "--endpoint", local.server.endpoints[service], *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == code, done.stderr
    if code:
        return json.loads(done.stderr[done.stderr.index("{") :])
    return json.loads(done.stdout)


def test_it_pages_through_the_tree_of_compartments(local: Running, tmp_path: Path) -> None:
    words = [
        "iam",
        "compartment",
        "list",
        "--compartment-id",
        local.root,
        "--compartment-id-in-subtree",
        "true",
    ]
    found = oci(local, "identity", *words, "--page-size", "2", "--all", home=tmp_path)
    assert {one["name"] for one in found["data"]} == {
        "shop",
        "shop-prod",
        "shop-stg",
        "network",
        "data-science",
    }


def test_it_stops_an_instance_and_waits_for_it(local: Running, tmp_path: Path) -> None:
    ident = local.ocid("instance", "train-recsys-1")
    words = ["compute", "instance", "action", "--instance-id", ident, "--action", "STOP"]
    refused = oci(local, "core", *words, home=tmp_path, code=1)
    assert (refused["status"], refused["code"]) == (404, "NotAuthorizedOrNotFound")
    waited = ["--wait-for-state", "STOPPED", "--wait-interval-seconds", "1"]
    found = oci(local, "core", *words, *waited, home=tmp_path, profile="CHANGE")
    assert found["data"]["lifecycle-state"] == "STOPPED"


def test_it_asks_for_metrics(local: Running, tmp_path: Path) -> None:
    place = local.ocid("compartment", "data-science")
    words = ["monitoring", "metric-data", "summarize-metrics-data", "--compartment-id", place]
    query = ["--namespace", "oci_computeagent", "--query-text", "CpuUtilization[1h].mean()"]
    found = oci(local, "monitoring", *words, *query, home=tmp_path)["data"]
    assert found[0]["dimensions"]["resourceDisplayName"] == "train-recsys-1"
    assert all(one["value"] < 5 for one in found[0]["aggregated-datapoints"])
