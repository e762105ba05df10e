"""A local OCI in a thread of its own, and the unmodified SDK's clients that talk to it."""

import asyncio
import atexit
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from sandbox.oci.server import LocalOci
from sandbox.oci.tenancy.file import TenancyFile

Json = dict[str, Any]


class ShiftedClock:
    """The machine's time, moved by a test."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class Running:
    """A server that listens. Clients neither retry nor break: what is answered is what is seen."""

    def __init__(self, server: LocalOci, clock: ShiftedClock) -> None:
        self.server, self.clock = server, clock
        self._clients: list[Any] = []
        self._usual: dict[str, Any] = {}

    def ocid(self, kind: str, name: str) -> str:
        return self.server.tenancy.names.ocid(kind, name)

    @property
    def root(self) -> str:
        return self.server.tenancy.root

    def config(self, profile: str = "DEFAULT") -> Json:
        found: Json = _oci().config.from_file(str(self.server.config_file), profile)
        return found

    def client(self, service: str, name: str, profile: str = "DEFAULT", **more: Any) -> Any:
        """A client of the SDK, as a product makes it; the same again unless it is to be a special one."""
        key = f"{service}/{name}/{profile}"
        if more:
            return self._made(service, name, profile, **more)
        if key not in self._usual:
            self._usual[key] = self._made(service, name, profile)
        return self._usual[key]

    def _made(self, service: str, name: str, profile: str, **more: Any) -> Any:
        oci = _oci()
        config = more.pop("config", None) or self.config(profile)
        more.setdefault("service_endpoint", self.server.endpoints[service])
        more.setdefault("retry_strategy", oci.retry.NoneRetryStrategy())
        more.setdefault("circuit_breaker_strategy", oci.circuit_breaker.NoCircuitBreakerStrategy())
        kind = getattr(getattr(oci, service), name)
        made = kind(config, **more)
        self._clients.append(made)
        return made

    def local(self, path: str, body: Json | None = None, method: str = "") -> Json:
        """A call of /local/*."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.server.url}{path}", data, headers, method=method or None)
        with urlopen(request, timeout=10) as answer:
            found: Json = json.load(answer)
        return found

    def close(self) -> None:
        for one in self._clients:
            one.base_client.session.close()


@cache
def _oci() -> Any:
    import oci  # a second, and only where it is used

    return oci


@cache
def _keys() -> Path:
    """Keys of earlier servers of this process: making them is what takes long at a start."""
    folder = Path(tempfile.mkdtemp(prefix="oci-keys-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@contextmanager
def running(file: TenancyFile, folder: Path, *, speed: float = 50, clock: Any = None) -> Iterator[Running]:
    """A server on a free port; everything is closed when it is left."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    clock = clock or ShiftedClock()
    server = LocalOci(file, folder, clock=clock, speed=speed)
    local = Running(server, clock)
    shutil.copytree(_keys(), folder / "keys", dirs_exist_ok=True)
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(20)
        shutil.copytree(folder / "keys", _keys(), dirs_exist_ok=True)
        yield local
    finally:
        local.close()
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def refused(call: Callable[..., Any], *args: Any, **more: Any) -> Any:
    """The ServiceError with which a call of the SDK ends."""
    try:
        result = call(*args, **more)
    except _oci().exceptions.ServiceError as problem:
        return problem
    raise AssertionError(f"not refused: {result.data}")
