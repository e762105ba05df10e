"""Settings and core for a command; whatever stops them becomes lines for a person and exit code 2."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.cli.command import CannotRun

if TYPE_CHECKING:
    from agents.people import Actor, Place, Request
    from agents.policy import Policy
    from bot.core import Core
    from bot.settings import Settings

CHANNEL = "cli"


def read_settings() -> Settings:
    from bot.settings import SettingsError, load_settings

    try:
        return load_settings()
    except SettingsError as error:
        raise CannotRun(*error.problems) from error


@asynccontextmanager
async def opened(*, agent: bool = False, quiet: bool = True) -> AsyncIterator[Core]:
    """The core that every door shares; logs of a command show warnings only."""
    settings = read_settings()
    from bot import logs
    from bot.core import CannotStart, open_core

    try:
        async with open_core(settings, worker=worker_name(), agent=agent) as core:
            logs.set_up("WARNING" if quiet else settings.log_level, core.redactor.clean)
            yield core
    except CannotStart as error:
        raise CannotRun(str(error)) from error


def worker_name() -> str:
    return f"cli-{socket.gethostname()}-{os.getpid()}"


def os_user() -> str:
    """Who runs the command, for the audit."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return f"uid-{os.getuid()}"


def actor_named(policy: Policy, person: str) -> Actor:
    """`<team>:<user>` or a person of the policy. Raises CannotRun with near names."""
    from agents.people import Actor

    team, colon, user = person.partition(":")
    if colon and team and user:
        known = next((p for p in policy.people if person in p.accounts), None)
        name = known.name if known else ""
        return Actor(team, user, name=name, os_user=os_user(), standing="member")
    found = policy.person_named(person)
    if found is None:
        names = ", ".join(p.name for p in policy.people)
        there = f"there are: {names}" if names else "it names nobody; is POLICY_FILE set?"
        raise CannotRun(f"--as: no person {person!r} in the policy ({there})")
    team, _, user = found.id.partition(":")
    return Actor(team, user, name=found.name, os_user=os_user(), standing="member")


def place_of(actor: Actor, thread: str) -> Place:
    from agents.people import Place

    return Place(workspace=actor.team, channel=CHANNEL, thread=thread, kind="cli")


def request_of(core: Core, actor: Actor, text: str, thread: str = "") -> Request:
    """A request from the command line: one id a request, one correlation a thread."""
    from agents.people import Request
    from storage.ids import new_id

    thread = thread or new_id("cli_")
    return Request(
        id=new_id("req_"),
        correlation=thread,
        actor=actor,
        place=place_of(actor, thread),
        text=text,
        at=core.clock.now(),
    )
