"""The shop's whole tenancy, for the tools that look over an estate; one server a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.scenarios.loader import load
from tests.unit.oci_running import Running, running
from tests.unit.oracle_calls import Desk, desk


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("oci")
    tenancy = load("shop").tenancy
    assert tenancy is not None
    with running(tenancy, folder) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one
