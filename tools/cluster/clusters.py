"""Which clusters are offered, by kubeconfig context or the pod that we run in."""

from __future__ import annotations

from pathlib import Path

from tools.cluster.acting import Sender
from tools.cluster.api import BOT, Api, Cluster
from tools.cluster.connection import Source, contexts
from tools.cluster.oke import Signer
from tools.errors import AskBack, GiveUp

_TOKEN = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
IN_CLUSTER = "in-cluster"


class Clusters:
    """All offered clusters by name. Nothing is opened before it is used."""

    def __init__(self, sources: tuple[Source, ...], default: str = "") -> None:
        self._clusters = {source.name: Cluster(source) for source in sources}
        self.default = default if default in self._clusters else ""

    @classmethod
    def load(
        cls, kubeconfig: Path | None, offered: tuple[str, ...] = (), signer: Signer | None = None
    ) -> Clusters:
        """`offered` keeps only these contexts, in this order; empty keeps all. `signer` is for clusters of Oracle.

        Blocking: reads one small file.

        Raises:
            GiveUp: an offered context is not in the kubeconfig.
        """
        known, current = contexts(kubeconfig)
        missing = [name for name in offered if name not in known]
        if missing:
            raise GiveUp(
                f"KUBE_CONTEXTS names contexts that the kubeconfig does not have: {', '.join(missing)}"
            )
        names = offered or known
        if not names and _TOKEN.exists():
            return cls((Source(IN_CLUSTER),))
        return cls(tuple(Source(name, kubeconfig, name, signer) for name in names), current)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._clusters)

    def cluster(self, name: str | None) -> Cluster:
        """The named cluster, or the only one.

        Raises:
            AskBack: several and none named, or the name is not offered.
            GiveUp: there is no cluster at all.
        """
        if not self._clusters:
            raise GiveUp("no cluster is configured: set KUBECONFIG, or run inside a cluster")
        if name is None and len(self._clusters) == 1:
            return next(iter(self._clusters.values()))
        if name is None:
            raise AskBack("Which cluster?", self.names)
        if name not in self._clusters:
            raise AskBack(f"I know no cluster {name!r}. Which one?", self.names)
        return self._clusters[name]

    def at(self, name: str | None, seconds: float, sender: Sender = BOT) -> Api:
        return self.cluster(name).within(seconds, sender)

    def close(self) -> None:
        for cluster in self._clusters.values():
            cluster.close()
