"""A scenario running in a thread of its own, so that tests of several modules' loops can talk to it over sockets."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.scenarios.loader import load
from sandbox.scenarios.stage import Stage
from tools.clients import Clients, ClientsConfig
from tools.registry import TOOLS
from tools.spec import Call, Result

TOOL = {tool.name: tool for tool in TOOLS}
SERVICES = Path(__file__).resolve().parents[2] / "deploy" / "demo" / "services.yaml"


class Reach:
    def namespace(self, cluster: str, namespace: str) -> bool:
        return True

    def compartment(self, name: str) -> bool:
        return True


class Running:
    """`stage.start()` happened, in another thread."""

    def __init__(self, scenario: str, state: Path, *, speed: float = 1.0) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.stage = Stage(load(scenario), state, speed=speed)
        self.do(self.stage.start(), 60)

    def do(self, work: Coroutine[Any, Any, Any], seconds: float = 20) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    def call(self, act: Any, *args: Any, **more: Any) -> Any:
        """A plain function, in the stage's thread."""

        async def inside() -> Any:
            return act(*args, **more)

        return self.do(inside())

    def wait(self, look: Any, seconds: float = 20) -> Any:
        """The first true answer of `look`, asked in the stage's thread."""
        ends = time.monotonic() + seconds
        while True:
            found = self.call(look)
            if found:
                return found
            assert time.monotonic() < ends, "did not happen in time"
            time.sleep(0.1)

    def stop(self) -> None:
        self.do(self.stage.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @contextlib.asynccontextmanager
    async def clients(self) -> Iterator[Clients]:
        config = ClientsConfig(
            kubeconfig=self.stage.cluster.kubeconfigs["bot"],
            services_file=SERVICES,
            prometheus_url=self.stage.prometheus.url,
        )
        clients = Clients.open(config)
        try:
            yield clients
        finally:
            await clients.close()
            await asyncio.sleep(0.05)

    async def ask(self, tool: str, **args: Any) -> Result:
        async with self.clients() as clients:
            call = Call(clients, datetime.now(UTC), 20.0, Reach())
            return await TOOL[tool].run(call, TOOL[tool].args(**args))
