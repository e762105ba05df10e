"""A local cluster in a thread of its own, and the clients that talk to it: kubectl and plain HTTPS."""

import asyncio
import json
import os
import random
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3
import yaml
from kubernetes import config
from kubernetes.client import ApiClient, ApiException

from sandbox.cluster.server import ClusterServer
from sandbox.cluster.store import Store

KUBECTL = Path(sys.executable).parent / "kubectl"
Json = dict[str, Any]


class Lines:
    """Container logs by pod and container."""

    def __init__(self) -> None:
        self.written: dict[tuple[str, str, bool], list[tuple[float, str]]] = {}

    def read(self, pod: Json, container: str, *, previous: bool) -> list[tuple[float, str]]:
        return self.written.get((pod["metadata"]["name"], container, previous), [])


class Meter:
    """Usage as something that measures would report it."""

    def __init__(self) -> None:
        self.of_pods: list[Json] = []
        self.of_nodes: list[Json] = []

    def pods(self) -> list[Json]:
        return self.of_pods

    def nodes(self) -> list[Json]:
        return self.of_nodes


class Running:
    """A server that listens, its store, and requests to it."""

    def __init__(self, server: ClusterServer, folder: Path, logs: Lines, meter: Meter | None) -> None:
        self.server, self.store, self.folder, self.logs, self.meter = (
            server, server.store, folder, logs, meter,
        )  # fmt: skip
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._tokens: dict[str, str] = {}
        self._clients: dict[str, ApiClient] = {}

    def pool(self, who: str) -> urllib3.PoolManager:
        if who not in self._pools:
            context = ssl.create_default_context(cafile=str(self.folder / "pki/ca.crt"))
            user = {} if who == "anonymous" else self._user(who)
            if "token" in user:
                self._tokens[who] = user["token"]
            elif user:
                context.load_cert_chain(self.folder / f"pki/{who}.crt", self.folder / f"pki/{who}.key")
            self._pools[who] = urllib3.PoolManager(ssl_context=context, retries=False, timeout=10)
        return self._pools[who]

    def _user(self, who: str) -> Json:
        user: Json = yaml.safe_load(self.server.kubeconfigs[who].read_text())["users"][0]["user"]
        return user

    def raw(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        who: str = "admin",
        kind: str = "application/json",
        headers: Any = None,
        accept: str = "application/json",
        **query: Any,
    ) -> urllib3.BaseHTTPResponse:
        pool = self.pool(who)
        sent = urllib3.HTTPHeaderDict({"Accept": accept, "Content-Type": kind, "User-Agent": "tests/1"})
        for key, value in headers or ():
            sent.add(key, value)
        if who in self._tokens:
            sent["Authorization"] = f"Bearer {self._tokens[who]}"
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        url = f"{self.server.url}{path}" + (f"?{urlencode(query)}" if query else "")
        return pool.request(method, url, body=data, headers=sent)

    def call(self, method: str, path: str, body: Any = None, *, status: int = 200, **more: Any) -> Json:
        """The answer, whose status must be the one expected."""
        answer = self.raw(method, path, body, **more)
        assert answer.status == status, (answer.status, answer.data[:2000])
        return json.loads(answer.data)

    def kubectl(
        self, *words: str, who: str = "admin", code: int = 0, stdin: str = "", wait: float = 30
    ) -> str:
        """What kubectl prints, both streams; its exit code must be the one expected."""
        environment = {
            "KUBECONFIG": str(self.server.kubeconfigs[who]),
            "KUBECACHEDIR": str(self.folder / "cache"),
            "HOME": str(self.folder),
            "PATH": os.environ["PATH"],
        }
        done = subprocess.run(
            [KUBECTL, *words], env=environment, input=stdin, text=True, timeout=wait,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        assert done.returncode == code, (done.returncode, done.stdout)
        return done.stdout

    def client(self, who: str = "admin") -> ApiClient:
        """The unmodified Python client, from the kubeconfig that the server wrote."""
        if who not in self._clients:
            self._clients[who] = config.new_client_from_config(str(self.server.kubeconfigs[who]))
        return self._clients[who]

    def close(self) -> None:
        pools = [client.rest_client.pool_manager for client in self._clients.values()]
        for pool in [*self._pools.values(), *pools]:
            pool.clear()


async def _stop(server: ClusterServer) -> None:
    await server.stop()
    await asyncio.sleep(0.1)  # closing TLS takes a few more rounds of the loop


@contextmanager
def running(
    folder: Path, store: Store | None = None, *, metrics: bool = False, **more: Any
) -> Iterator[Running]:
    """A server on a free port; everything is closed when it is left."""
    logs, meter = Lines(), Meter() if metrics else None
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = ClusterServer(store or Store(rng=random.Random(7)), folder, logs=logs, metrics=meter, **more)
    cluster = Running(server, folder, logs, meter)
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(20)
        yield cluster
    finally:
        cluster.close()
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def refused(call: Any, *args: Any, **more: Any) -> tuple[int, Json]:
    """(code, Status body) with which the server refuses a call of the Python client."""
    try:
        result = call(*args, **more)
    except ApiException as problem:
        return problem.status, json.loads(problem.body)
    raise AssertionError(f"not refused: {result}")


def workload(name: str, namespace: str = "shop", replicas: int = 2, **template: Any) -> Json:
    """A Deployment with two containers."""
    labels = {"app": name}
    containers = [{"name": "web", "image": "web:1"}, {"name": "sidecar", "image": "sidecar:1"}]
    pod = {"metadata": {"labels": labels}, "spec": {"containers": containers, **template}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": pod},
    }


def pod(name: str, namespace: str = "shop", *, node: str = "node-1", ready: bool = True, **spec: Any) -> Json:
    """A running pod, with status."""
    containers = spec.pop("containers", [{"name": "web", "image": "web:1"}])
    state = {"running": {"startedAt": "2026-11-25T00:00:00Z"}}
    statuses = [
        {"name": c["name"], "ready": ready, "restartCount": 0, "state": state, "image": c["image"],
         "imageID": "", "lastState": {}}
        for c in containers
    ]  # fmt: skip
    word = "True" if ready else "False"
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": "web"}},
        "spec": {"containers": containers, **({"nodeName": node} if node else {}), **spec},
        "status": {
            "phase": "Running" if node else "Pending",
            "conditions": [{"type": "Ready", "status": word}, {"type": "Initialized", "status": "True"}],
            "containerStatuses": statuses if node else [],
        },
    }
