"""One standing cluster with a namespace for each snapshot: what a real server answered, or what was built, put where the bot can ask for it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.app import open_bot
from bot.settings import Settings
from sandbox.cluster.extensions import install, register
from sandbox.cluster.server import ClusterServer
from sandbox.cluster.store import Store
from sandbox.slack.server import LocalSlack
from tests.journeys.bot_house import BOT, MANIFEST, texts_of
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import when
from tools.cluster.snapshot import Snapshot, Text

STAMP = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?=(?:\.\d+)?Z)")
POLICY = """
version: 1
people: [{id: "TLOCAL:UALICE", name: alice}]
bindings: [{subjects: ["person:alice"], role: operator, channels: ["*"], clusters: ["*"], namespaces: ["*"]}]
environments: [{name: production, clusters: ["*"], namespaces: ["*"]}]
"""


def renamed(snap: Snapshot, names: Mapping[str, str]) -> Snapshot:
    """The same, by other names: several cases call their workload alike, or their node."""
    word = re.compile("|".join(rf"(?<![\w.-]){re.escape(name)}(?![\w])" for name in names))

    def other(text: str) -> str:
        return word.sub(lambda m: names[m[0]], text)

    logs = [Text(other(t.pod), t.container, t.previous, t.text) for t in snap.logs]
    again = Snapshot(snap.cluster, snap.namespace, snap.now, json.loads(other(json.dumps(snap.items))), logs)
    again.signals, again.refused = snap.signals, dict(snap.refused)
    again.services = {other(thing): other(service) for thing, service in snap.services.items()}
    return again


class Logs:
    """What the containers of a case wrote, by namespace."""

    def __init__(self) -> None:
        self.texts: dict[tuple[str, str, str, bool], list[str]] = {}

    def read(self, pod, container, *, previous):
        meta = pod["metadata"]
        lines = self.texts.get((meta["namespace"], meta["name"], container, previous), [])
        return [(datetime.now(UTC).timestamp() - 30 + n / 1000, line) for n, line in enumerate(lines)]


def moved(snap: Snapshot, space: str, now: datetime):
    """Its objects, in a namespace of their own and as old as they were."""
    late = now - snap.now
    text = json.dumps(snap.items)
    text = STAMP.sub(lambda m: (when(f"{m[0]}Z") + late).strftime("%Y-%m-%dT%H:%M:%S"), text)
    return json.loads(re.sub(rf"(?<![\w-]){re.escape(snap.namespace)}(?![\w-])", space, text))


def placed(space: str, items, taken: set[tuple[str, str]]):
    """(key, object) for the store; what is not of a namespace is there once for all."""
    for plural, found in items.items():
        kind = BY_PLURAL.get(plural)
        for item in found:
            if kind is None or (plural in {"namespaces", "events"} and "involvedObject" not in item):
                continue
            meta = item["metadata"]
            meta["namespace"] = space if kind.namespaced else ""
            if not kind.namespaced:
                del meta["namespace"]
                if (plural, meta["name"]) in taken:
                    continue
                taken.add((plural, meta["name"]))
            meta.setdefault("resourceVersion", "10")
            meta.setdefault("uid", f"{space}-{plural}-{meta['name']}")
            keys = {"data": item.pop("keys")} if "keys" in item else {}
            yield (
                f"{kind.api_version}/{plural}",
                {"apiVersion": kind.api_version, "kind": kind.kind, **item, **keys},
            )


def _space(space: str, items) -> dict:
    """Its namespace: as it was recorded, where it is going; else one that lives."""
    meta = {"name": space, "uid": f"ns-{space}", "resourceVersion": "9", "labels": {"kubernetes.io/metadata.name": space}}  # fmt: skip
    going = next((one for one in items.get("namespaces", []) if "deletionTimestamp" in one["metadata"]), None)
    if going is None:
        going = {"metadata": {}, "status": {"phase": "Active"}}
    return {**going, "apiVersion": "v1", "kind": "Namespace", "metadata": {**going["metadata"], **meta}}


def _furnished(cases: Mapping[str, Snapshot], logs: Logs, now: datetime):
    store, taken = Store(), set()
    install(store, "gateway-api", "cert-manager", "chaos-mesh", "litmus")
    register(store)
    objects = [(key, kept.obj) for key in ("apiextensions.k8s.io/v1/customresourcedefinitions", "apiregistration.k8s.io/v1/apiservices") for kept in store.view(key)]  # fmt: skip
    for space, snap in cases.items():
        items = moved(snap, space, now)
        objects.append(("v1/namespaces", _space(space, items)))
        objects += placed(space, items, taken)
        for log in snap.logs:
            lines = [re.sub(r"^\d{4}-\S+Z ", "", line) for line in log.text.splitlines()]
            text = re.sub(rf"(?<![\w-]){re.escape(snap.namespace)}(?![\w-])", space, "\n".join(lines))
            logs.texts[space, log.pod, log.container, log.previous] = text.splitlines()
    return store, objects


class Asked:
    """What a person gets who asks the bot in a channel."""

    def __init__(self, slack: LocalSlack, server: ClusterServer) -> None:
        self.slack, self.server = slack, server

    async def __call__(self, words: str) -> str:
        ts = await self.slack.say("UALICE", "COPS", f"{BOT} {words}")
        answer = await self.slack.wait_for(lambda: next(iter(self.slack.replies("COPS", ts)), None), 30)
        return f"{answer['text']}\n{texts_of(answer.get('blocks', []))}"


@asynccontextmanager
async def standing(root: Path, cases: Mapping[str, Snapshot], **settings) -> AsyncIterator[Asked]:
    """The bot in a channel, beside a cluster where all the cases stand."""
    logs = Logs()
    store, objects = _furnished(cases, logs, datetime.now(UTC).replace(microsecond=0))
    server = ClusterServer(store, root / "cluster", logs=logs)
    await server.start()
    store.restore(objects, version=1_000)
    (root / "policy.yaml").write_text(POLICY)
    async with LocalSlack(MANIFEST) as slack:
        told = Settings(
            slack_bot_token=slack.bot_token, slack_app_token=slack.app_token, slack_signing_secret=slack.signing_secret, slack_api_url=slack.api_url,
            database_url=f"sqlite:///{root}/app.db", policy_file=root / "policy.yaml", kubeconfig=server.kubeconfigs["bot"], http_port=0, log_level="WARNING", _env_file=None, **settings,
        )  # fmt: skip
        async with open_bot(told) as bot:
            await asyncio.wait_for(bot.until_ready(), 30)
            yield Asked(slack, server)
    await server.stop()
