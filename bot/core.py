"""The product without Slack and without the workflow engine: what the bot, the console and every command work on.

One wiring function. What needs the agent stack (LangGraph, models) is opened apart: it takes seconds to import.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.changes.changes import Changes
from agents.changes.runbooks.folder import folder_beside
from agents.deploys import DeployLog
from agents.duty.duty import Duty
from agents.gate.gate import Gate
from agents.gate.spool import Spool
from agents.incidents.declared import Declared
from agents.keys.enrolment import Enrolment
from agents.policy import PolicyError, PolicyStore
from agents.redaction import Redactor
from agents.servicemap import ServiceMap
from agents.trail import Trail
from bot.lease import Lease
from bot.relays import Relays
from bot.settings import Settings
from storage.cache import Cache
from storage.clock import Clock, SystemClock
from storage.database import Database
from storage.errors import KeyProblem, SchemaMismatch, StoreUnavailable
from storage.quick import Quick, open_quick
from storage.urls import file_of, is_postgresql, password_of
from tools.clients import Clients, ClientsConfig
from tools.errors import ToolError
from tools.oracle.credentials import Principal
from tools.oracle.oracle import OracleConfig
from tools.plan import Action
from tools.registry import ACTIONS, TOOLS
from tools.services.directory import Services
from tools.services.load import ServicesError
from tools.spec import Tool

if TYPE_CHECKING:
    from agents.conversation import Conversation
    from agents.gate.called import Called
    from agents.people import Request


class CannotStart(Exception):
    """What is wrong with which setting, in words for whoever runs the bot; exit code 2."""


@dataclass(kw_only=True)
class Core:
    """Everything opened once. `relays` are the ports that the bot leads to Slack and to the engine."""

    settings: Settings
    worker: str
    db: Database
    clock: Clock
    redactor: Redactor
    trail: Trail
    policy: PolicyStore
    clients: Clients
    gate: Gate
    changes: Changes
    enrolment: Enrolment
    duty: Duty
    incidents: Declared
    map: ServiceMap
    quick: Quick
    relays: Relays
    lease: Lease
    tools: tuple[Tool[Any], ...] = TOOLS
    actions: tuple[Action[Any], ...] = ACTIONS
    _talk: Conversation | None = None
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def cache(self) -> Cache:
        return self.quick.cache

    @property
    def services(self) -> Services:
        return self.clients.services

    @property
    def conversation(self) -> Conversation:
        """Raises RuntimeError before `open_agent`."""
        if self._talk is None:
            raise RuntimeError("the agent stack is not open yet")
        return self._talk

    @property
    def talk(self) -> Conversation | None:
        return self._talk

    async def named(self, request: Request, called: Called) -> None:
        """For the words that follow a command; without the agent stack yet, they must name things themselves."""
        if self._talk is not None:
            await self._talk.named(request, called)

    async def open_agent(self) -> Conversation:
        """Import the agent stack off the loop and build the conversation; the same one when called again."""
        async with self._opening:
            if self._talk is None:
                self._talk = await self._stack.enter_async_context(opened_agent(self))
        return self._talk


@asynccontextmanager
async def opened_agent(core: Core) -> AsyncIterator[Conversation]:
    agent = await asyncio.to_thread(_agent_module)
    async with agent.open_conversation(core) as conversation:
        yield conversation


def _agent_module() -> Any:
    from bot import agent

    return agent


@asynccontextmanager
async def open_core(
    settings: Settings,
    *,
    worker: str,
    relays: Relays | None = None,
    clock: Clock | None = None,
    agent: bool = True,
) -> AsyncIterator[Core]:
    """Open everything and close it again. `agent=False` leaves the agent stack to a later `open_agent`.

    Raises:
        CannotStart: a setting, a file or a database that cannot be worked with; the text names it.
    """
    async with AsyncExitStack() as stack:
        core = await _opened(stack, settings, worker, relays or Relays(), clock or SystemClock())
        if agent:
            try:
                await core.open_agent()
            except ValueError as error:
                raise CannotStart(str(error)) from error
        yield core


async def _opened(
    stack: AsyncExitStack, settings: Settings, worker: str, relays: Relays, clock: Clock
) -> Core:
    folder = data_folder(settings)
    redactor = Redactor(known=secrets_of(settings), cache=folder)
    db = await open_database(settings, clock, worker=worker)
    lease = Lease(db)
    stack.push_async_callback(db.close)
    trail = Trail(db, redactor, Spool(folder / "audit-spool.jsonl"), strict_reads=settings.audit_strict_reads)
    policy = await asyncio.to_thread(_policy, settings, relays, clock)
    clients = await asyncio.to_thread(_clients, settings)
    stack.push_async_callback(clients.close)
    quick = _quick(settings)
    stack.push_async_callback(quick.close)
    gate = Gate(
        tools=TOOLS,
        policy=policy,
        clients=clients,
        db=db,
        trail=trail,
        redactor=redactor,
        cache=quick.cache,
        clock=clock,
    )
    service_map = ServiceMap(db, clients.services, trail, clock, policy, gate)
    duty = duty_of(settings, policy, relays)
    changes = Changes(
        duty=duty,
        db=db,
        trail=trail,
        clock=clock,
        policy=policy,
        clients=clients,
        actions=ACTIONS,
        accounts=relays.accounts,
        announcer=relays.announcer,
        starter=relays.starter,
        worker=worker,
        alarm=relays.alarm,
        adviser=relays.adviser,
        standing=lease,
        runbooks=await asyncio.to_thread(folder_beside, settings.policy_file),
    )
    await asyncio.to_thread(_check_runbooks, changes)
    with suppress(StoreUnavailable):  # the bot asks again soon; until then nothing is held beside the file
        await changes.access.refresh()
        await service_map.refresh()
    clients.own = changes.record
    clients.deploys = DeployLog(db)
    core = Core(
        settings=settings,
        worker=worker,
        db=db,
        clock=clock,
        redactor=redactor,
        trail=trail,
        policy=policy,
        clients=clients,
        gate=gate,
        changes=changes,
        duty=duty,
        incidents=Declared(db=db, trail=trail, clock=clock, policy=policy),
        map=service_map,
        enrolment=Enrolment(db=db, trail=trail, clock=clock, policy=policy),
        quick=quick,
        relays=relays,
        lease=lease,
    )
    await stack.enter_async_context(core._stack)  # noqa: SLF001 - closed with us, opened later
    return core


async def open_database(settings: Settings, clock: Clock, url: str = "", worker: str = "") -> Database:
    """`url`: of the same database, by whoever owns it. In development missing key files are made beside the database; production names its own."""
    try:
        data_folder(settings).mkdir(parents=True, exist_ok=True)
        return await Database.open(
            url or settings.database_url,
            clock=clock,
            key_file=settings.audit_key_file,
            signing_key_file=settings.audit_signing_key_file,
            folder=data_folder(settings),
            pool_size=settings.database_pool_size,
            worker=worker,
        )
    except KeyProblem as error:
        raise CannotStart(f"AUDIT_KEY_FILE, AUDIT_SIGNING_KEY_FILE: {error}") from error
    except (SchemaMismatch, StoreUnavailable) as error:
        raise CannotStart(f"DATABASE_URL: {error}") from error
    except OSError as error:
        raise CannotStart(f"DATABASE_URL: its folder cannot be used: {error.strerror}") from error


def _quick(settings: Settings) -> Quick:
    try:
        return open_quick(settings.redis_url)
    except ValueError as error:
        raise CannotStart("REDIS_URL: is no address") from error


def _policy(settings: Settings, relays: Relays, clock: Clock) -> PolicyStore:
    try:
        return PolicyStore(settings.policy_file, relays.groups, clock, [action.name for action in ACTIONS])
    except PolicyError as error:
        raise CannotStart(f"POLICY_FILE: {error}") from error


def _check_runbooks(changes: Changes) -> None:
    _, problems = changes.runbooks.checked()
    if problems:
        raise CannotStart(f"runbooks: {'; '.join(problems)}")


def _clients(settings: Settings) -> Clients:
    contexts = tuple(filter(None, (name.strip() for name in settings.kube_contexts.split(","))))
    config = ClientsConfig(
        settings.kubeconfig,
        contexts,
        settings.services_file,
        settings.prometheus_url,
        oracle_config(settings),
        settings.alertmanager_url,
        settings.grafana_url,
        settings.grafana_token.get_secret_value() if settings.grafana_token else "",
    )
    try:
        return Clients.open(config)
    except ServicesError as error:
        raise CannotStart(f"SERVICES_FILE: {error}") from error
    except ToolError as error:
        raise CannotStart(f"KUBECONFIG, KUBE_CONTEXTS: {error.reason}") from error


def duty_of(settings: Settings, policy: PolicyStore, relays: Relays) -> Duty:
    """Files of calendars are beside the policy."""
    folder = settings.policy_file.parent if settings.policy_file else Path()
    token = settings.pagerduty_token
    return Duty(policy, relays.groups, folder, token.get_secret_value() if token else "")


def oracle_config(settings: Settings) -> OracleConfig | None:
    """None when Oracle Cloud is not set up."""
    files = settings.oci_auth in {"config", "session"}
    if files and settings.oci_config_file is None:
        return None
    read = Principal(settings.oci_auth, settings.oci_config_file, settings.oci_config_profile)
    profile = settings.oci_change_profile
    change = Principal("config", settings.oci_config_file, profile) if profile else None
    return OracleConfig(read, change, settings.oci_endpoints)


def data_folder(settings: Settings) -> Path:
    """Where this process keeps its files: beside the SQLite database, else where DATA_DIR says."""
    url = settings.database_url
    return settings.data_dir if is_postgresql(url) else file_of(url).parent


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Our own tokens, so that they leave nowhere, whatever they look like."""
    values = (getattr(settings, name) for name in type(settings).model_fields)
    named = [v.get_secret_value() for v in values if hasattr(v, "get_secret_value")]
    within = [password_of(address) for address in (settings.database_url, settings.redis_url, *named)]
    several = settings.notify_webhook_secret
    keys = several.get_secret_value().split(",") if several else []
    return tuple(filter(None, (*named, *within, *(key.strip() for key in keys))))
