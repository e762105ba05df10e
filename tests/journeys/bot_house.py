"""A whole house for the bot: local Slack, a moving cluster with a shop in it, and the real bot in this process."""

import asyncio
import json
import random
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.app import Running, open_bot
from bot.replies.windows import READING
from bot.settings import Settings
from sandbox.cluster.server import ClusterServer
from sandbox.cluster.store import Store
from sandbox.slack.core.timing import Timing
from sandbox.slack.server import LocalSlack
from sandbox.world.world import World

BOT = "<@UCLOUDOPS>"
MANIFEST = json.loads((Path(__file__).parents[2] / "deploy/slack/manifest.json").read_text())
POLICY = """
version: 1
people:
  - {id: "TLOCAL:UALICE", name: alice}
  - {id: "TLOCAL:UBOB", name: bob}
  - {id: "TLOCAL:UCAROL", name: carol}
  - {id: "TLOCAL:UDAN", name: dan}
groups:
  sre: {people: [alice, bob, dan]}
bindings:
  - {subjects: ["group:sre"], role: operator, channels: ["COPS", "CINCIDENTS", "dm"], clusters: ["*"], namespaces: ["shop", "stg"]}
  - {subjects: ["person:bob", "person:dan"], role: approver, channels: ["COPS", "CINCIDENTS", "dm"], clusters: ["*"], namespaces: ["shop", "stg"]}
  - {subjects: ["person:carol"], role: viewer, channels: ["COPS"], clusters: ["*"], namespaces: ["shop"]}
  - {subjects: ["person:bob", "person:dan"], role: admin, channels: ["COPS", "dm"]}
environments:
  - {name: staging, clusters: ["*"], namespaces: ["stg"]}
  - {name: production, clusters: ["*"], namespaces: ["*"]}
risk:
  max_percent: 100
approvals:
  low: {count: 1, expires: 15m}
  high: {count: 1, not_requester: true, role: "approve:high", expires: 60m}
limits: {changes_per_person_hour: 500, changes_per_channel_hour: 500, changes_global_hour: 5000}
channels:
  COPS: {follow_up: thread, scope: {namespace: shop}}
  CINCIDENTS: {follow_up: never, scope: {namespace: shop}}
  CAUDIT: {audit: true}
"""
SERVICES = """
version: 1
services:
  checkout:
    workloads: [{cluster: local, namespace: shop, kind: deployment, name: checkout}]
    owner: team-checkout
    on_call: dan
    aliases: [kasse]
"""
DEPLOYMENTS = "apps/v1/deployments"


def deployment(name: str, namespace: str = "shop", replicas: int = 2) -> dict:
    labels = {"app": name}
    container = {
        "name": "app",
        "image": f"shop/{name}:1.0",
        "resources": {"requests": {"memory": "64Mi", "cpu": "50m"}, "limits": {"memory": "256Mi"}},
    }
    notes = {"sim/memory": "100Mi"}
    template = {"metadata": {"labels": labels, "annotations": notes}, "spec": {"containers": [container]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    return {"metadata": {"name": name, "namespace": namespace}, "spec": spec}


@dataclass
class House:
    """`slack` as people use it, `store` as the cluster holds it, `bot` while one is open."""

    slack: LocalSlack
    store: Store
    world: World
    cluster: ClusterServer
    root: Path
    bot: Running | None = None

    def settings(self, **changed) -> Settings:
        values = {
            "slack_bot_token": self.slack.bot_token,
            "slack_app_token": self.slack.app_token,
            "slack_signing_secret": self.slack.signing_secret,
            "slack_api_url": self.slack.api_url,
            "database_url": f"sqlite:///{self.root}/app.db",
            "policy_file": self.root / "policy.yaml",
            "services_file": self.root / "services.yaml",
            "kubeconfig": self.cluster.kubeconfigs["bot"],
            "http_port": 0,
            "log_level": "WARNING",
            "slack_streams": False,  # a busy machine would turn posts into streams: test_streamed_answers has them
            "_env_file": None,
        }
        return Settings(**{**values, **changed})

    @asynccontextmanager
    async def open(self, **changed):
        async with open_bot(self.settings(**changed)) as bot:
            self.bot = bot
            await asyncio.wait_for(bot.until_ready(), 30)
            if changed.get("slack_mode") == "http":
                assert await self.slack.use_http(events_address(bot))
            yield bot
        self.bot = None

    # people

    async def ask(self, text: str, user: str = "UALICE", channel: str = "COPS", thread: str = "") -> dict:
        """The bot's first message after this one in the thread."""
        before = {m["ts"] for m in self.slack.replies(channel, thread)} if thread else set()
        words = text if channel.startswith("D") else f"{BOT} {text}"
        ts = await self.slack.say(user, channel, words, thread)
        root = thread or ts

        def fresh():
            return next((m for m in self.slack.replies(channel, root) if m["ts"] not in before), None)

        return await self.slack.wait_for(fresh, 20)

    async def command(self, text: str, user: str = "UALICE", channel: str = "COPS") -> dict:
        """The ephemeral answer to `/cloudops text`."""
        before = len(self.slack.whispers(user))
        sent = await self.slack.do("commands", user=user, channel=channel, command="/cloudops", text=text)
        assert sent["ok"], sent

        def fresh():
            whispers = self.slack.whispers(user)
            return whispers[before] if len(whispers) > before else None

        return await self.slack.wait_for(fresh, 20)

    async def card(self, text: str, user: str = "UALICE", channel: str = "COPS") -> dict:
        """The card of a plan that somebody asked for in words or by command, in its thread."""
        ts = await self.slack.say(user, channel, f"{BOT} {text}")
        return await self.slack.wait_for(lambda: self.find_card(channel, ts), 20)

    def find_card(self, channel: str, thread: str):
        return next((m for m in self.slack.replies(channel, thread) if is_card(m)), None)

    async def click(self, message: dict, action: str, user: str = "UBOB", channel: str = "COPS") -> dict:
        return await self.slack.do("clicks", user=user, channel=channel, ts=message["ts"], action_id=action)

    async def whispered(self, message: dict, action: str, user: str, channel: str = "COPS") -> str:
        """What only the clicker reads."""
        before = len(self.slack.whispers(user))
        await self.click(message, action, user, channel)
        found = await self.slack.wait_for(lambda: self.slack.whispers(user)[before:], 20)
        return found[0]["text"]

    async def drive(self, call: str, body: dict) -> dict:
        """`POST /local/<call>` for bodies with a field called name."""
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{self.slack.url}/local/{call}", json=body) as answer,
        ):
            return await answer.json()

    async def windows(self, user: str) -> list[dict]:
        """The modals that this person has open, once there is one and it is filled."""
        for _ in range(400):
            views = (await self.slack.see("views", user=user))["views"]
            if views and not is_opening(views[-1]):
                return views
            await asyncio.sleep(0.02)
        raise AssertionError("no window opened, or none was filled")

    async def window(self, user: str, words: str) -> dict:
        """The window of this person once it reads so."""
        for _ in range(400):
            view = (await self.windows(user))[-1]
            if words in texts_of(view["blocks"]):
                return view
            await asyncio.sleep(0.02)
        raise AssertionError(texts_of(view["blocks"]))

    async def whispers_nothing(self, click, user: str) -> dict:
        """A click that is answered in the open."""
        before = len(self.slack.whispers(user))
        sent = await click
        await asyncio.sleep(0.2)
        assert len(self.slack.whispers(user)) == before
        return sent

    def now(self, message: dict, channel: str = "COPS") -> dict:
        """The message as it stands now."""
        return self.slack.workspace.messages.get(channel, message["ts"])

    async def until(self, message: dict, words: str, channel: str = "COPS", seconds: float = 30) -> dict:
        """The message once its text holds `words`."""

        def look():
            found = self.now(message, channel)
            return found if words in found["text"] else None

        try:
            return await self.slack.wait_for(look, seconds)
        except TimeoutError:
            raise AssertionError(f"{words!r} is not in: {self.now(message, channel)['text']}") from None

    async def calls(self, method: str = "") -> list[dict]:
        found = (await self.slack.see("calls", limit="5000"))["calls"]
        return [call for call in found if not method or call["method"] == method]

    def replicas(self, name: str = "checkout", namespace: str = "shop") -> int:
        return self.store.get(DEPLOYMENTS, namespace, name)["spec"]["replicas"]

    def writes(self) -> list:
        return [r for r in self.cluster.requests if r.method in {"PATCH", "PUT", "DELETE"} and not r.dry_run]


def events_address(bot: Running) -> str:
    return f"http://127.0.0.1:{bot.web.port}/slack/events"


@asynccontextmanager
async def house(root: Path, *, speed: float = 20.0, policy: str = POLICY, timing: Timing | None = None):
    """Everything but the bot; `house.open()` opens that. `timing`: how patient Slack is."""
    (root / "policy.yaml").write_text(policy)
    (root / "services.yaml").write_text(SERVICES)
    store = Store()
    world = World(store, speed=speed, rng=random.Random(1))
    cluster = ClusterServer(store, root / "cluster", logs=world.logs, metrics=world.meter)
    async with LocalSlack(MANIFEST, timing=timing) as slack:
        await cluster.start()
        furnish(store)
        await world.start()
        try:
            yield House(slack, store, world, cluster, root)
        finally:
            await world.stop()
            await cluster.stop()


def furnish(store: Store) -> None:
    for name in ("shop", "stg"):
        store.create("v1/namespaces", {"metadata": {"name": name}})
    store.create("v1/nodes", node("n1"))
    for name, namespace in (("checkout", "shop"), ("cart", "shop"), ("checkout", "stg")):
        store.create(DEPLOYMENTS, deployment(name, namespace))


def node(name: str) -> dict:
    room = {"cpu": "16", "memory": "64Gi", "pods": "110"}
    return {
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
        "status": {"capacity": room, "allocatable": room},
    }


def is_opening(view: dict) -> bool:
    """There before anything was read."""
    return view["blocks"][0].get("block_id") == READING


def is_card(message: dict) -> bool:
    return any(str(block.get("block_id", "")).startswith("plan:plan_") for block in message.get("blocks", []))


def actions_of(message: dict) -> list[str]:
    return [
        e["action_id"] for b in message.get("blocks", []) if b["type"] == "actions" for e in b["elements"]
    ]


def texts_of(value) -> str:
    """Every text in blocks, joined."""
    if isinstance(value, dict):
        return " ".join(
            texts_of(v) for k, v in value.items() if k not in {"type", "action_id", "block_id", "value"}
        )
    if isinstance(value, list):
        return " ".join(map(texts_of, value))
    return value if isinstance(value, str) else ""
