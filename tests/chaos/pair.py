"""Two bots on one PostgreSQL and one local Slack: people write and approve all the time, one of the two dies, the other goes on."""

import asyncio
import itertools
import json
import os
import shutil
import signal
import sys
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from sandbox.models import ModelServer
from sandbox.models.minds import sensible
from sandbox.slack.core.timing import Timing
from storage.audit.keys import load_keys
from storage.clock import SystemClock
from storage.database import Database
from tests.journeys.bot_house import BOT, DEPLOYMENTS, House, deployment, house

ROOT = Path(__file__).resolve().parents[2]
QUESTION, CHANGE = "why is checkout slow?", "restart deployment {}"
PATIENT = Timing(ack=1.0, retries=(0.0, *map(float, range(1, 20))))
TAKEN_S, TOLD_S = 15.0, 20.0
UNDER_WAY = "SELECT id FROM plans WHERE state IN ('executing', 'verifying') AND claimed_by = %s"
GONE = "SELECT 1 FROM workers WHERE id = %s AND gone_at IS NOT NULL"


@dataclass
class Bot:
    """One process: `order` holds the point at which it dies."""

    number: int
    folder: Path
    pid: int = 0
    dead: asyncio.Event = field(default_factory=asyncio.Event)
    code: int = 0
    died_at: float = 0.0

    @property
    def order(self) -> Path:
        return self.folder / "die_at"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def worker(self) -> str:
        return json.loads((self.folder / "running.json").read_text())["worker"]

    def send(self, what: signal.Signals) -> None:
        os.kill(self.pid, what)

    async def until_ready(self) -> None:
        await until(
            lambda: self.dead.is_set() or "\nready\n" in f"\n{self.log.read_text()}", f"bot {self.number}", 60
        )
        assert not self.dead.is_set(), self.log.read_text()


class Herd:
    """The process that bots are forked from."""

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        self.child, self.bots = child, dict[int, Bot]()
        self._next: asyncio.Queue[Bot] = asyncio.Queue()
        self._listening = asyncio.create_task(self._listen())

    async def bear(self, bot: Bot, env: dict[str, str]) -> None:
        bot.log.touch()
        self._next.put_nowait(bot)
        line = {"env": env, "order": str(bot.order), "log": str(bot.log)}
        self.child.stdin.write(json.dumps(line).encode() + b"\n")
        await until(lambda: bot.pid, "a fork", 60)

    async def _listen(self) -> None:
        async for line in self.child.stdout:
            said = json.loads(line)
            if pid := said.get("pid"):
                bot = self._next.get_nowait()
                bot.pid = pid
                self.bots[pid] = bot
            else:
                bot = self.bots[said["ended"]]
                bot.code, bot.died_at = said["code"], time.monotonic()
                bot.dead.set()

    async def end(self) -> None:
        for bot in self.bots.values():
            if not bot.dead.is_set():
                bot.send(signal.SIGKILL)
        self.child.stdin.close()
        await self.child.wait()
        await self._listening


@asynccontextmanager
async def herd():
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chaos.herd", cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    found = Herd(child)
    try:
        yield found
    finally:
        await found.end()


@dataclass
class Pair:
    """`survivor` stays while one `victim` after another dies."""

    place: House
    herd: Herd
    database: str
    admin: str
    extra: dict[str, str]
    keys: Path
    bots: list[Bot] = field(default_factory=list)
    threads: dict[str, str] = field(default_factory=dict)  # each thread that somebody began, and its words
    cards: dict[str, dict] = field(default_factory=dict)  # by the deployment that it restarts
    cleared: set[str] = field(
        default_factory=set
    )  # deployments whose change has ended: nodes have room for 110 pods each
    written: dict[int, object] = field(default_factory=dict, repr=False)
    _names: itertools.count = field(default_factory=lambda: itertools.count(1))

    # bots

    async def bot(self) -> Bot:
        """One more, in a folder of its own, ready."""
        number = len(self.bots) + 1
        bot = Bot(number, self.place.root / f"bot-{number}")
        bot.folder.mkdir()
        for rules in self.place.root.glob("bot-1/rules-*"):
            shutil.copy(rules, bot.folder)  # four seconds of work, the same for all
        self.bots.append(bot)
        await self.herd.bear(bot, self.environment(bot))
        await bot.until_ready()
        return bot

    def environment(self, bot: Bot) -> dict[str, str]:
        place = self.place
        return {
            "SLACK_BOT_TOKEN": place.slack.bot_token,
            "SLACK_APP_TOKEN": place.slack.app_token,
            "SLACK_API_URL": place.slack.api_url,
            "DATABASE_URL": self.database,
            "DATA_DIR": str(bot.folder),
            "AUDIT_KEY_FILE": str(self.keys / "audit.key"),
            "AUDIT_SIGNING_KEY_FILE": str(self.keys / "audit-signing.pem"),
            "POLICY_FILE": str(place.root / "policy.yaml"),
            "SERVICES_FILE": str(place.root / "services.yaml"),
            "KUBECONFIG": str(place.cluster.kubeconfigs["bot"]),
            "HTTP_PORT": "0",
            "LLM": "offline",
            **self.extra,
        }

    # people

    async def ask(self, text: str = QUESTION, user: str = "UALICE") -> str:
        """A thread of its own."""
        self.collect()
        thread = await self.place.slack.say(user, "COPS", f"{BOT} {text}")
        self.threads[thread] = text
        return thread

    async def propose(self) -> str:
        """The name of a new deployment whose restart waits for approval."""
        self.clear()
        name = f"job-{next(self._names)}"
        self.place.store.create(DEPLOYMENTS, deployment(name, replicas=1))
        await until(lambda: self.available(name), f"{name} is not there")
        thread = await self.ask(CHANGE.format(name))
        await until(
            lambda: self.place.find_card("COPS", thread),
            lambda: f"no card for {name}: {self.said(thread)}",
            40,
        )
        self.cards[name] = self.place.find_card("COPS", thread)
        return name

    def clear(self) -> None:
        """What is done makes room for what comes."""
        self.collect()
        for name in [*self.cards]:
            if name not in self.cleared and self.settled(name):
                self.place.store.delete(DEPLOYMENTS, "shop", name)
                self.cleared.add(name)

    def available(self, name: str) -> bool:
        """Its controllers write to it no more: what a plan was proposed for stays as it is."""
        found = self.place.store.get(DEPLOYMENTS, "shop", name)
        return found.get("status", {}).get("availableReplicas") == 1

    async def approve(self, name: str) -> None:
        """Pressed again where Slack told the person that nobody took it."""
        for _ in range(10):
            sent = await self.place.click(self.cards[name], "plan_approve", "UBOB")
            if sent["ok"]:
                return
            await asyncio.sleep(0.2)

    def text(self, name: str) -> str:
        """What its card says now."""
        return self.place.now(self.cards[name])["text"]

    def text_of(self, plan: str) -> str:
        return next(
            self.text(name) for name, card in self.cards.items() if plan in json.dumps(card["blocks"])
        )

    def collect(self) -> None:
        """The cluster remembers its last requests only."""
        self.written |= {id(request): request for request in self.place.writes()}

    def said(self, thread: str) -> list[str]:
        """The bot's messages, each behind its key."""
        found = self.place.slack.replies("COPS", thread)
        return [f"{message['metadata']['event_payload']['key']} {message['text'][:300]}" for message in found]

    # what is so

    def answered(self, thread: str) -> bool:
        return bool(self.place.slack.replies("COPS", thread))

    def open(self) -> list[str]:
        """Threads without an answer and cards without an end, in words."""
        silent = [f"{self.threads[thread]}?" for thread in self.threads if not self.answered(thread)]
        return silent + [
            self.text(name) for name in self.cards if self.approved(name) and not self.settled(name)
        ]

    def approved(self, name: str) -> bool:
        return not self.text(name).startswith("Pending")

    def settled(self, name: str) -> bool:
        return self.text(name).startswith(("Succeeded", "Failed", "Void", "Rolled back", "Unknown"))

    def writes(self, name: str) -> int:
        self.collect()
        return sum(str(request.path).endswith(f"/deployments/{name}") for request in self.written.values())

    async def sql(self, statement: str, *values: object) -> list[tuple]:
        async with await psycopg.AsyncConnection.connect(self.admin, autocommit=True) as db:
            return await (await db.execute(statement, values)).fetchall()

    async def taken_over(self, dead: Bot, worker: str) -> float:
        """Seconds from its end until others know of it and nothing is in its name any more."""
        while not await self.sql(GONE, worker) or await self.sql(UNDER_WAY, worker):
            assert time.monotonic() - dead.died_at < 3 * TAKEN_S, f"bot {dead.number} was not taken over"
            await asyncio.sleep(0.1)
        return time.monotonic() - dead.died_at

    async def in_dead_hands(self, plan: str) -> bool:
        ((worker,),) = await self.sql("SELECT claimed_by FROM plans WHERE id = %s", plan)
        return any(bot.dead.is_set() and bot.worker == worker for bot in self.bots)

    async def whole(self, seconds: float = 60.0) -> None:
        """Everything said was answered once, everything approved was done once, and the audit proves itself."""
        await until(lambda: not self.open(), self.open, seconds)
        await asyncio.sleep(0.5)  # for what must not come
        for thread, words in self.threads.items():
            seen = self.said(thread)
            keys = [line.partition(" ")[0] for line in seen]
            assert len(keys) == len(set(keys)), (words, seen)
            replies, cards = (sum(key.startswith(kind) for key in keys) for kind in ("reply:", "card:"))
            # Who finds the card of the one before posted already says in words which plan waits.
            assert (cards, replies) in ({(1, 0), (1, 1)} if words.startswith("restart") else {(0, 1)}), (
                words,
                seen,
            )
        for name in self.cards:
            assert self.writes(name) == int(self.approved(name)), (self.writes(name), self.text(name))
            assert not self.approved(name) or self.text(name).startswith("Succeeded"), self.text(name)
        assert await self.audit() == ""

    async def audit(self) -> str:
        """What is wrong with the trail."""
        files = {"key_file": self.keys / "audit.key", "signing_key_file": self.keys / "audit-signing.pem"}
        db = await Database.open(self.database, clock=SystemClock(), folder=self.keys, **files)
        try:
            report = await db.verify()
        finally:
            await db.close()
        return "" if report.ok else str(report)


def make_keys(folder: Path) -> Path:
    folder.mkdir()
    load_keys(folder / "audit.key", folder / "audit-signing.pem", make_mac=True, make_signing=True)
    return folder


@asynccontextmanager
async def opened(postgres, root: Path):
    """Everything but the bots."""
    name = postgres.complete()
    async with house(root, timing=PATIENT) as place, ModelServer(sensible) as model, herd() as origin:
        extra = {"LLM": "groq:openai/gpt-oss-120b", "GROQ_API_KEY": "k", "GROQ_BASE_URL": model.groq_url}
        yield Pair(
            place, origin, postgres.url(name), postgres.admin_url(name), extra, make_keys(root / "keys")
        )
    postgres.give_back(name)


async def until(true, what, seconds=45.0):
    """`what` is said, or asked, when it did not become true."""
    ends = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < ends, what() if callable(what) else what
        await asyncio.sleep(0.02)
    return found
