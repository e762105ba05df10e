"""`tool`: one tool through the gate, with the rights of a person."""

from __future__ import annotations

import asyncio
import json
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from bot.cli.command import (
    FINE,
    NOT_FINE,
    CannotRun,
    Command,
    columns,
    json_option,
    person_option,
    print_json,
)
from bot.cli.opening import actor_named, opened, request_of

if TYPE_CHECKING:
    from agents.gate.called import Called
    from agents.people import Actor
    from bot.core import Core
    from tools.spec import Result, Tool


def options(parser: ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="the tool")
    parser.add_argument("args", nargs="?", default="{}", metavar="ARGS", help="its arguments as JSON")
    parser.add_argument("--list", action="store_true", help="list the tools")
    person_option(parser, required=False)
    json_option(parser)


def run(parsed: Namespace) -> int:
    if parsed.list:
        return _list(as_json=parsed.json)
    if not parsed.name:
        raise CannotRun("tool: give a name, or --list")
    if not parsed.person:
        raise CannotRun("--as: say who asks, <team>:<user> or a person of the policy")
    check_name(parsed.name)
    return asyncio.run(_call(parsed, arguments(parsed.args)))


def arguments(text: str) -> dict[str, Any]:
    try:
        args = json.loads(text)
    except ValueError as error:
        raise CannotRun("the arguments are not JSON") from error
    if not isinstance(args, dict):
        raise CannotRun("the arguments are not a JSON object")
    return args


def check_name(name: str) -> None:
    import difflib

    from tools.registry import TOOLS

    names = [tool.name for tool in TOOLS]
    if name not in names:
        near = difflib.get_close_matches(name, names, n=2, cutoff=0.5)
        asked = f"did you mean {' or '.join(near)}?" if near else "tool --list names them all"
        raise CannotRun(f"there is no tool {name!r}; {asked}")


async def _call(parsed: Namespace, args: dict[str, Any]) -> int:
    async with opened() as core:
        actor = actor_named(core.policy.policy, parsed.person)
        called = await through_gate(core, actor, parsed.name, args)
    if parsed.json:
        print_json(as_json(called))
    else:
        print(readable(called.result) if called.result else _without_result(called))
    return FINE if called.ok else NOT_FINE


def _without_result(called: Called) -> str:
    """The error with what may be chosen, who may, and the record of it."""
    lines = [called.error]
    lines += [f"options: {' / '.join(called.ask.options)}"] if called.ask and called.ask.options else []
    lines += [f"may: {', '.join(called.who_may)}"] if called.who_may else []
    lines += [f"reference: audit:{called.audit}"] if called.audit else []
    return "\n".join(lines)


async def through_gate(core: Core, actor: Actor, name: str, args: dict[str, Any]) -> Called:
    from agents.gate.turn import Turn
    from agents.redaction import TurnMemory

    request = request_of(core, actor, json.dumps(args))
    turn = Turn.start(request, now=asyncio.get_running_loop().time(), memory=TurnMemory())
    return await core.gate.call(turn, name, args)


def readable(result: Result) -> str:
    """The digest with the address of each proof where it stands."""
    from tools.marks import spelled

    return spelled(result.digest, [f"({item.ref})" for item in result.evidence])


def as_json(called: Called) -> dict[str, Any]:
    """`{ok, data, error, digest_chars, ms}`, and what a script may want beside it."""
    result = called.result
    return {
        "ok": called.ok,
        "data": result.data if result else None,
        "error": called.error or None,
        "digest_chars": len(result.digest) if result else 0,
        "ms": called.ms,
        "kind": called.kind,
        "args": dict(called.args),
        "audit": called.audit,
        "who_may": list(called.who_may),
        "options": list(called.ask.options) if called.ask else [],
    }


def _list(*, as_json: bool) -> int:
    from tools.registry import TOOLS

    if as_json:
        print_json([entry(tool) for tool in TOOLS])
    else:
        print(columns((tool.name, tool.permission, tool.risk.value, tool.summary) for tool in TOOLS))
    return FINE


def entry(tool: Tool[Any]) -> dict[str, Any]:
    return {
        "name": tool.name,
        "permission": tool.permission,
        "risk": tool.risk.value,
        "summary": tool.summary,
        "schema": dict(tool.schema()),
        "examples": list(tool.examples),
    }


TOOL = Command("tool", "run one tool with a person's rights, or list the tools", run, options)
