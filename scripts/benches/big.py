"""P5, P12 and P13: 5,000 pods read into a digest, and how soon the bot acknowledges while it does that for 32 people."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from sandbox.models.server import ModelServer
from sandbox.slack.server import LocalSlack
from scripts.benches.cluster import NAMESPACE, OWNERS, PLANTED, SICK, pod
from scripts.benches.questions import PEOPLE, asked
from scripts.benches.running import (
    BENCH_POLICY,
    bot_environment,
    connected,
    helper,
    once,
    raw_access_of,
    started_bot,
)
from scripts.benches.scripted import digested, two_reads
from tests.journeys.bot_house import MANIFEST, SERVICES

PODS = 5_000
CROWD = 32
A_SECOND = 20
TIMES = 3
LOGGING = str(pod(1)["metadata"]["name"])


async def measure(root: Path, scale: float) -> dict[str, float]:
    root.mkdir()
    pods = int(PODS * max(scale, 0.2))
    async with helper(
        "cluster", {"folder": str(root / "cluster"), "pods": pods}, root / "cluster.log"
    ) as cluster:
        files = json.loads(cluster.greeting)
        digested = await _digests(root, files, TIMES if scale >= 1 else 1)
        acks = await _acks(root, Path(files["bot"]), seconds=10 if scale >= 1 else 2)
    return {"pods": pods, **digested, **acks}


async def _digests(root: Path, files: dict[str, str], times: int) -> dict[str, float]:
    """The tool beside a raw read, each in fresh processes that alternate."""
    whole = {"kubeconfig": files["bot"], "warm": ["k8s_unhealthy", {"namespace": "stg"}], "read": ["k8s_unhealthy", {"namespace": NAMESPACE}], "planted": f"svc-{SICK % OWNERS}"}  # fmt: skip
    logs = whole | {"read": ["k8s_logs", {"namespace": NAMESPACE, "name": LOGGING, "more": ["deep"]}], "planted": PLANTED[:40]}  # fmt: skip
    bare = {**raw_access_of(Path(files["viewer"]), root), "path": f"/api/v1/namespaces/{NAMESPACE}/pods"}
    ours, floor = [], []
    for _ in range(times):
        floor.append(await once("digest", bare, root / "raw.log"))
        ours.append(await once("digest", whole, root / "digest.log"))
    told = await once("digest", logs, root / "logs.log")
    return {
        "logs_characters": told["found"],
        "logs_planted": told["planted"],
        "logs_cpu_s": told["cpu_s"],
        "pods_planted": min(one["planted"] for one in ours),
        "pods_raw_cpu_s": statistics.median(one["cpu_s"] for one in floor),
        "pods_cpu_s": statistics.median(one["cpu_s"] for one in ours),
        "pods_grown_mib": max(one["grown_mib"] for one in ours),
        "pods_characters": ours[0]["found"],
    }


async def _acks(root: Path, kubeconfig: Path, seconds: float) -> dict[str, float]:
    """With a model that takes its time, as a provider does, and with one that answers at once: then the bot is never idle."""
    (root / "policy.yaml").write_text(BENCH_POLICY.replace('"shop", "stg"', f'"shop", "stg", "{NAMESPACE}"'))
    (root / "services.yaml").write_text(SERVICES)
    found: dict[str, float] = {}
    takes = {"": provider_shaped(Random(5)), "_saturated": float}
    for name, slow in takes.items():
        async with ModelServer(two_reads, takes=slow) as model, LocalSlack(MANIFEST) as slack:
            environment = bot_environment(slack, root, kubeconfig, model.groq_url)
            async with started_bot(environment, root / "bot.log") as bot:
                await connected(slack)
                await asked(slack)
                crowd = Load(slack)
                await crowd.run(crowd.crowd(seconds))
                found[f"ack_p99_ms_at_32{name}"] = crowd.ack_p99_ms
                if not name:
                    steady = Load(slack)
                    await steady.run(steady.steady(seconds))
                    found["ack_p99_ms_at_20_a_second"] = steady.ack_p99_ms
                    found["answer_p50_s"], found["answer_p95_s"] = crowd.answered(50), crowd.answered(95)
                found[f"rss_peak_mib_digesting{name}"] = round(bot.peak_mib, 1)
    return found


def provider_shaped(chance: Random) -> Callable[[], float]:
    """Half a second to the first token, two hundred tokens a second; one in ten takes three times as long."""

    def takes() -> float:
        return (0.5 + 40 / 200) * (3 if chance.random() < 0.1 else 1)

    return takes


@dataclass
class Load:
    """People who ask, a digest of all pods always under way, and how soon each delivery was acknowledged meanwhile."""

    slack: LocalSlack
    times: list[float] = field(default_factory=list)
    acked: list[float] = field(default_factory=list)

    async def run(self, people: Coroutine[Any, Any, None]) -> None:
        first = len(list(self.slack.workspace.courier.rows))
        digesting = asyncio.create_task(self._digest_on())
        try:
            await people
        finally:
            digesting.cancel()
            await asyncio.gather(digesting, return_exceptions=True)
        rows = list(self.slack.workspace.courier.rows)[first:]
        self.acked = [row.acked_ms for row in rows if row.acked_ms is not None]

    @property
    def ack_p99_ms(self) -> float:
        return round(_share(self.acked, 99), 1)

    def answered(self, percent: int) -> float:
        return round(_share(self.times, percent) / 1000, 2)

    async def _digest_on(self) -> None:
        for number in count():
            await asked(self.slack, digested(number % 100 + 1, NAMESPACE))

    async def _ask(self, number: int) -> None:
        self.times.append(await asked(self.slack, person=PEOPLE[number % len(PEOPLE)]))

    async def crowd(self, seconds: float) -> None:
        """32 people who ask again as soon as they are answered."""
        ends = time.monotonic() + seconds

        async def one(number: int) -> None:
            await asyncio.sleep(number / A_SECOND)  # they do not all begin in one moment
            while time.monotonic() < ends:
                await self._ask(number)

        await asyncio.gather(*(one(number) for number in range(CROWD)))

    async def steady(self, seconds: float) -> None:
        """20 messages a second, whatever is answered."""
        asking = []
        for number in range(int(seconds * A_SECOND)):
            asking.append(asyncio.create_task(self._ask(number)))
            await asyncio.sleep(1 / A_SECOND)
        await asyncio.gather(*asking)


def _share(found: list[float], percent: int) -> float:
    return sorted(found)[len(found) * percent // 100]
