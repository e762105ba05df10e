"""The floor: a raw Groq client, two raw reads of the cluster a round. One JSON line per batch on stdout.

Started by scripts/bench as a process of its own, so that its CPU is its own. Each line on stdin says how many questions, of
how many rounds, and how many at once.
"""

from __future__ import annotations

import asyncio
import json
import resource
import ssl
import statistics
import sys
import time
from dataclasses import dataclass
from typing import Any

import httpx
from groq import AsyncGroq

MODEL = "openai/gpt-oss-120b"
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": name,
            "description": "Reads the cluster.",
            "parameters": {"type": "object", "properties": {"namespace": {"type": "string"}}},
        },
    }
    for name in ("k8s_unhealthy", "k8s_events")
]


@dataclass
class Floor:
    model: AsyncGroq
    cluster: httpx.AsyncClient
    namespace: str

    async def question(self, text: str) -> None:
        messages: list[Any] = [{"role": "user", "content": text}]
        for _ in range(8):
            answer = await self.model.chat.completions.create(model=MODEL, messages=messages, tools=TOOLS)  # type: ignore[arg-type]
            said = answer.choices[0].message
            messages.append(said.model_dump(exclude_none=True))
            if not said.tool_calls:
                return
            for call in said.tool_calls:
                text = (await self.cluster.get(f"/api/v1/namespaces/{self.namespace}/pods?limit=500")).text
                messages.append({"role": "tool", "tool_call_id": call.id, "content": text[:2000]})


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def batch(floor: Floor, text: str, count: int, at_once: int) -> dict[str, float]:
    times: list[float] = []

    async def ask(questions: int) -> None:
        for _ in range(questions):
            started = time.perf_counter()
            await floor.question(text)
            times.append((time.perf_counter() - started) * 1000)

    before, begun = cpu(), time.perf_counter()
    await asyncio.gather(*(ask(count // at_once) for _ in range(at_once)))
    lasted, spent = time.perf_counter() - begun, cpu() - before
    return {
        "cpu_ms": round(spent * 1000 / len(times), 2),
        "p50_ms": round(statistics.median(times), 2),
        "per_s": round(len(times) / lasted, 1),
    }


async def main() -> None:
    arguments = json.loads(sys.argv[1])
    context = ssl.create_default_context(cafile=arguments["ca"])
    headers = {"Authorization": f"Bearer {arguments['token']}"}
    async with (
        AsyncGroq(api_key="local", base_url=arguments["groq"]) as model,
        httpx.AsyncClient(base_url=arguments["cluster"], verify=context, headers=headers) as cluster,
    ):
        floor = Floor(model, cluster, arguments["namespace"])
        await floor.question("what is unhealthy right now?")
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(await batch(floor, **json.loads(line))), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
