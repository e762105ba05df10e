"""One big read in a fresh process: as the tool does it, or as bare as it can be done. CPU and memory as a JSON line.

Started by scripts/bench; its argument says which.
"""

from __future__ import annotations

import asyncio
import json
import resource
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).parents[2]))

from agents.gate.kept import RESULTS
from storage.cache import CacheKey
from storage.quick import open_quick
from tools.clients import Clients, ClientsConfig
from tools.oracle.credentials import Principal
from tools.oracle.oracle import OracleConfig
from tools.registry import TOOLS
from tools.spec import Call, Result

Read = Callable[[], Awaitable[int]]


class Everything:
    """Whoever asks here may see all."""

    def namespace(self, cluster: str, namespace: str) -> bool:
        del cluster, namespace
        return True

    def compartment(self, name: str) -> bool:
        del name
        return True


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def memory_mib(field: str) -> float:
    """`VmRSS` now, `VmHWM` at most. What rusage names as the most may be our parent's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


async def measured(read: Read) -> dict[str, float]:
    """The same twice: cold, with what is imported and opened for the first time, and warm."""
    forget_peak()
    before, begun = memory_mib("VmRSS"), cpu()
    found = await read()
    cold, grown = cpu() - begun, memory_mib("VmHWM") - before
    begun, started = cpu(), time.perf_counter()
    await read()
    return {
        "found": found,
        "cold_cpu_s": round(cold, 3),
        "cpu_s": round(cpu() - begun, 3),
        "wall_s": round(time.perf_counter() - started, 3),
        "grown_mib": round(grown, 1),
    }


async def tool(arguments: dict[str, Any]) -> dict[str, float]:
    """`warm` is a read that comes first, so that what is imported and opened once is not counted as growth.

    `planted` is what must be in the digest.
    """
    kubeconfig, oci = arguments.get("kubeconfig"), arguments.get("oci_config")
    oracle = OracleConfig(Principal(file=Path(oci)), None, arguments["oci_endpoints"]) if oci else None
    clients = Clients.open(ClientsConfig(Path(kubeconfig) if kubeconfig else None, (), None, "", oracle))
    named = {one.name: one for one in TOOLS}

    async def run(name: str, args: dict[str, Any]) -> Result:
        call = Call(clients, datetime.now(UTC), 60, Everything(), "bench")
        return await named[name].run(call, named[name].args.model_validate(args))

    async def read() -> int:
        nonlocal digest
        digest = (await run(*arguments["read"])).digest
        return len(digest)

    digest = ""
    try:
        await run(*arguments["warm"])
        found = await measured(read) | await from_cache(lambda: run(*arguments["read"]))
        return found | {"planted": float(arguments.get("planted", "") in digest)}
    finally:
        await clients.close()


async def from_cache(load: Callable[[], Awaitable[Result]]) -> dict[str, float]:
    """How long the gate's cache takes to give what it has."""
    cache = open_quick("").cache
    key = CacheKey(workspace="T1", kind="bench", scope="all", args="1")
    await cache.get_or(key, 60, load, RESULTS)
    started = time.perf_counter()
    await cache.get_or(key, 60, load, RESULTS)
    return {"cached_ms": round((time.perf_counter() - started) * 1000, 3)}


async def raw(arguments: dict[str, Any]) -> dict[str, float]:
    """Every page fetched and parsed."""
    context = ssl.create_default_context(cafile=arguments["ca"])
    headers = {"Authorization": f"Bearer {arguments['token']}"}
    async with httpx.AsyncClient(
        base_url=arguments["cluster"], verify=context, headers=headers, timeout=60
    ) as http:

        async def read() -> int:
            token, count = "", 0
            while True:
                answer = await http.get(
                    arguments["path"], params={"limit": 500, **({"continue": token} if token else {})}
                )
                page = json.loads(answer.content)
                count += len(page["items"])
                token = page["metadata"].get("continue", "")
                if not token:
                    return count

        return await measured(read)


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    print(json.dumps(asyncio.run(raw(asked) if "ca" in asked else tool(asked))), flush=True)
