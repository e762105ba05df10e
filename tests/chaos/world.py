"""The change engine with everything real but the cloud: database, audit, policy, gate's turn; and a starter that runs at once."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agents.changes.changes import Changes
from agents.changes.points import pass_by
from agents.changes.requests import Click
from agents.gate.spool import Spool
from agents.gate.turn import Turn
from agents.people import Actor, Place, Request
from agents.policy import PolicyStore
from agents.redaction import Redactor, TurnMemory
from agents.trail import Trail
from storage.clock import FixedClock
from storage.database import Database
from storage.errors import StoreUnavailable
from tests.chaos.backend import Backend
from tests.chaos.resize import resize_action
from tools.clients import Clients
from tools.cluster.clusters import Clusters
from tools.services.directory import Services

TEAM = "TLOCAL"
OPS = Place(TEAM, "COPS", "1.0")
STAGING = "shop-stg"
POLICY = """
version: 1
people:
  - {id: "TLOCAL:UALICE", name: alice, also: ["TLOCAL:UALICE2"]}
  - {id: "TLOCAL:UBOB", name: bob, also: ["TLOCAL:UBOB2"]}
  - {id: "TLOCAL:UCAROL", name: carol}
  - {id: "TLOCAL:UDAN", name: dan}
groups:
  sre: {people: [alice, bob, dan]}
bindings:
  - {subjects: ["group:sre"], role: operator, channels: ["COPS", "dm"], clusters: ["*"], namespaces: ["shop", "shop-stg", "kube-system"]}
  - {subjects: ["person:bob", "person:dan"], role: approver, channels: ["COPS"], clusters: ["*"], namespaces: ["*"]}
  - {subjects: ["person:carol"], role: viewer, channels: ["COPS"], clusters: ["*"], namespaces: ["*"]}
  - {subjects: ["person:bob", "person:dan"], role: admin, channels: ["COPS"]}
environments:
  - {name: staging, clusters: ["*"], namespaces: ["*-stg"]}
risk:
  protected: {namespaces: ["kube-system"]}
approvals:
  low: {count: 1, expires: 15m}
  high: {count: 1, not_requester: true, role: "approve:high", expires: 60m}
limits: {changes_per_person_hour: 5000, changes_per_channel_hour: 5000, changes_global_hour: 5000}
"""


GLASS_ROLES = """
roles:
  viewer: ["monitoring:read", "kubernetes:read", "genai:use"]
  operator: ["viewer", "remediation:read", "remediation:execute"]
  approver: ["operator", "approve:low", "approve:medium", "approve:high"]
  admin: ["remediation:*", "system:*"]
  breaker: ["remediation:break_glass"]
bindings:
  - {subjects: ["person:alice", "person:dan"], role: breaker, channels: ["COPS"], clusters: ["*"], namespaces: ["shop"]}
"""
GLASS_POLICY = POLICY.replace("\nbindings:\n", GLASS_ROLES) + "channels:\n  CAUDIT: {audit: true}\n"


def actor(user: str, standing: str = "member") -> Actor:
    return Actor(TEAM, user, standing=standing)  # type: ignore[arg-type]


ALICE, BOB, CAROL, DAN = (actor(u) for u in ("UALICE", "UBOB", "UCAROL", "UDAN"))


def unavailable(*args: Any, **kwargs: Any) -> Any:
    """In the place of a store's method: the store is away."""
    del args, kwargs
    raise StoreUnavailable("the store is away")


async def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for what others do."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    while not true():
        if loop.time() > ends:
            raise TimeoutError
        await asyncio.sleep(0.01)


@dataclass
class People:
    """Slack's directory as a test sets it."""

    standing: dict[str, str] = field(default_factory=dict)

    async def actor(self, account: str) -> Actor:
        team, _, user = account.partition(":")
        return Actor(team, user, standing=self.standing.get(account, "member"))  # type: ignore[arg-type]


@dataclass
class Told:
    """What the cards were told."""

    changed: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    glass: list[str] = field(default_factory=list)

    async def glass_broken(self, plan_id: str) -> None:
        self.glass.append(plan_id)

    async def plan_changed(self, plan_id: str) -> None:
        self.changed.append(plan_id)

    async def plan_settled(self, plan_id: str) -> None:
        self.settled.append(plan_id)


@dataclass
class Alarms:
    raised: list[tuple[str, str]] = field(default_factory=list)

    def raise_alarm(self, name: str, text: str) -> None:
        self.raised.append((name, text))


@dataclass
class AtOnce:
    """Runs a change as a task of this loop; what the engine does, without its durability. `held` keeps them back."""

    changes: Changes | None = None
    held: bool = False
    started: list[str] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start_change(self, plan_id: str) -> None:
        self.started.append(plan_id)
        if not self.held and self.changes is not None:
            self.tasks.add(asyncio.create_task(self.changes.execute(plan_id)))

    async def done(self) -> None:
        while self.tasks:
            task = self.tasks.pop()
            await task


@dataclass
class World:
    db: Database
    backend: Backend
    policy: PolicyStore
    policy_path: Path
    clock: FixedClock
    trail: Trail
    people: People
    told: Told
    alarms: Alarms
    starter: AtOnce
    changes: Changes
    spool: Spool
    root: Path
    clients: Clients = field(default_factory=lambda: Clients(Clusters(()), Services()))
    actions: tuple[Any, ...] = ()
    runbooks: Path | None = None
    adviser: Any = None
    duty: Any = None
    _whole: dict[tuple[int, str], Any] = field(default_factory=dict)
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    def build(
        self, *, worker: str = "w1", point: Any = pass_by, standing: Any = None, **action: Any
    ) -> Changes:
        """The same engine again, as another process would build it; `standing` knows of others that are alive."""
        changes = Changes(
            db=self.db, trail=self.trail, clock=self.clock, policy=self.policy,
            clients=self.clients, actions=self.actions or (resize_action(self.backend.url, **action),),
            accounts=self.people, announcer=self.told, starter=self.starter, worker=worker, alarm=self.alarms,
            point=point, standing=standing, runbooks=self.runbooks, adviser=self.adviser,
            duty=self.duty,
        )  # fmt: skip
        self.changes = self.starter.changes = changes
        return changes

    def turn(
        self, text: str = "resize web to 3", who: Actor = ALICE, place: Place = OPS, request: str = ""
    ) -> Turn:
        n = next(self._ids)
        inbox = request or f"in_{n}"
        asked = Request(inbox, "corr_1", who, place, text, self.clock.now())
        return Turn.start(asked, now=asyncio.get_running_loop().time(), memory=TurnMemory())

    async def propose(self, name: str = "web", size: int = 3, namespace: str = "shop", **turn: Any) -> Any:
        turn.setdefault("text", f"resize {name} to {size} in {namespace}")
        return await self.changes.propose(
            self.turn(**turn), "resize", {"name": name, "size": size, "namespace": namespace}, "because"
        )

    async def click(
        self, plan_id: str, who: Actor = BOB, decision: str = "approve", place: Place = OPS
    ) -> Any:
        return await self.changes.decide(Click(plan_id, who, place, decision, "", f"click_{next(self._ids)}"))  # type: ignore[arg-type]

    async def row(self, plan_id: str) -> Any:
        async with self.db.read() as tx:
            return await self.db.plans.get(tx, plan_id)

    async def state(self, plan_id: str) -> str:
        return (await self.row(plan_id)).state.value

    async def audit(self, plan_id: str) -> list[str]:
        async with self.db.read() as tx:
            return [
                str(getattr(e, "type", None) or e["type"])
                for e in await self.db.audit.find(tx, plan_id=plan_id)
            ]

    async def approved(self, **kwargs: Any) -> Any:
        """A plan that bob approved, run to its end (unless runs are held)."""
        plan = await self.propose(**kwargs)
        decided = await self.click(plan.id)
        assert decided.kind == "quorum", decided
        await self.starter.done()
        return plan

    def store_away(self, away: bool = True) -> None:
        """The database is gone, or back."""
        self._fail(self.db, ("write", "read", "write_whole", "read_whole"), away)

    def audit_away(self, away: bool = True) -> None:
        """Only audit rows cannot be written, or can be again."""
        self._fail(self.db.audit, ("append", "append_many"), away)

    def _fail(self, owner: Any, names: tuple[str, ...], away: bool) -> None:
        for name in names:
            if away:
                self._whole.setdefault((id(owner), name), getattr(owner, name))
                setattr(owner, name, unavailable)
            elif (id(owner), name) in self._whole:
                setattr(owner, name, self._whole.pop((id(owner), name)))

    async def close(self) -> None:
        for task in self.starter.tasks:
            task.cancel()
        await self.backend.stop()
        await self.db.close()


async def open_world(
    root: Path,
    *,
    url: str = "",
    database: str = "",
    mode: str = "good",
    policy: str = POLICY,
    clients: Clients | None = None,
    actions: tuple[Any, ...] = (),
    runbooks: Path | None = None,
    **action: Any,
) -> World:
    """`url`: an own backend elsewhere instead of one here; `database`: not a file in `root`; `clients` and `actions`: real ones instead of `resize`."""
    clock = FixedClock(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    db = await Database.open(database or f"sqlite+aiosqlite:///{root}/app.db", clock=clock, folder=root)
    path = root / "policy.yaml"
    path.write_text(policy)
    store = PolicyStore(path, clock=clock)
    spool = Spool(root / "spool.jsonl")
    trail = Trail(db, Redactor(), spool)
    backend = Backend(mode, url=url)
    if not url:
        await backend.start()
    world = World(
        db,
        backend,
        store,
        path,
        clock,
        trail,
        People(),
        Told(),
        Alarms(),
        AtOnce(),
        None,
        spool,
        root,  # type: ignore[arg-type]
    )
    world.clients, world.actions = clients or world.clients, actions
    world.runbooks = runbooks
    world.build(**action)
    return world
