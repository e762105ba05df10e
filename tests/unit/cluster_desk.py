"""Calls of Kubernetes tools against a local cluster, as the gate makes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.unit.cluster_running import Running
from tools.clients import Clients
from tools.cluster.clusters import Clusters
from tools.cluster.connection import Source
from tools.services.directory import Services
from tools.spec import Call, Result, Tool


class Spaces:
    """The namespaces that a person may see; all where none is named."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def namespace(self, cluster: str, namespace: str) -> bool:
        return not self.names or namespace in self.names

    def compartment(self, name: str) -> bool:
        return True


class Desk:
    """Runs a tool as somebody who sees some namespaces, with the bot's account of the cluster or another."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients

    async def run(
        self,
        tool: Tool[Any],
        *,
        sees: tuple[str, ...] = (),
        seconds: float = 20,
        now: datetime | None = None,
        **args: Any,
    ) -> Result:
        call = Call(self.clients, now or datetime.now(UTC), seconds, Spaces(*sees), "r1", workspace="T1")
        return await tool.run(call, tool.args.model_validate(args))


def source(file: Path, name: str = "local") -> Source:
    """The context of a kubeconfig that holds one."""
    from tools.cluster.connection import contexts

    return Source(name, file, contexts(file)[0][0])


@contextmanager
def desk(cluster: Running, *more: Source, who: str = "bot", **clients: Any) -> Iterator[Desk]:
    """`more` are further clusters beside the one that is called `local`."""
    sources = (source(cluster.server.kubeconfigs[who]), *more)
    opened = Clients(Clusters(sources), Services.load(None), **clients)
    try:
        yield Desk(opened)
    finally:
        opened.clusters.close()
