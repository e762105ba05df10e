"""Calls of Oracle tools against a local OCI, as the gate makes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from tests.unit.oci_running import Running
from tools.clients import Clients
from tools.cluster.clusters import Clusters
from tools.oracle.credentials import Principal
from tools.oracle.oracle import Oracle, OracleConfig
from tools.services.directory import Services
from tools.spec import Call, Result, Tool


class Reaches:
    """The compartments that a person may see, by path; `*` for all."""

    def __init__(self, *paths: str) -> None:
        self.paths = paths or ("*",)

    def namespace(self, cluster: str, namespace: str) -> bool:
        return True

    def compartment(self, name: str) -> bool:
        return any(path in {"*", name} or name.startswith(f"{path}/") for path in self.paths)


class Desk:
    """Runs a tool as somebody with some reach."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self.clients = Clients(Clusters(()), Services.load(None), None, oracle)

    async def run(
        self, tool: Tool[Any], *, paths: tuple[str, ...] = (), seconds: float = 60, **args: Any
    ) -> Result:
        call = Call(self.clients, datetime.now(UTC), seconds, Reaches(*paths), "r1")
        return await tool.run(call, tool.args.model_validate(args))


@contextmanager
def desk(local: Running, change: str | None = "CHANGE") -> Iterator[Desk]:
    file = local.server.config_file
    writer = Principal(file=file, profile=change) if change else None
    oracle = Oracle.load(OracleConfig(Principal(file=file), writer, f"*={local.server.url}/{{region}}"))
    try:
        yield Desk(oracle)
    finally:
        oracle.close()
        local.local("/local/faults", method="DELETE")
