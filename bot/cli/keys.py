"""`keys enroll | list | revoke`: a key with which a person decides about plans while Slack is away."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from bot.cli.command import (
    FINE,
    NOT_FINE,
    Command,
    columns,
    json_option,
    person_option,
    print_json,
)
from bot.cli.keyfile import key_option, made
from bot.cli.opening import actor_named, opened, place_of

if TYPE_CHECKING:
    from agents.keys.enrolment import Enrolled
    from bot.core import Core
    from storage.keys import KeyRow


def enroll_options(parser: ArgumentParser) -> None:
    person_option(parser)
    key_option(parser)
    parser.add_argument(
        "--passphrase", action="store_true", help="ask for one; without it the file alone is enough"
    )
    json_option(parser)


def revoke_options(parser: ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="the key's id, as `keys list` shows it")
    person_option(parser)
    json_option(parser)


def run_enroll(parsed: Namespace) -> int:
    return asyncio.run(_enroll(parsed))


async def _enroll(parsed: Namespace) -> int:
    from agents.keys.private import public_of

    async with opened() as core:
        actor = actor_named(core.policy.policy, parsed.person)  # before a file is made
        public = public_of(made(parsed.key, locked=parsed.passphrase))
        done = await core.enrolment.offer(actor, place_of(actor, ""), public)
        name = core.enrolment.name(actor.id)
    if parsed.json or done.kind != "done":
        return _said(done, parsed)
    print(f"{parsed.key}: made, for you alone to read")
    print(f"{done.text} In Slack, {name} and an admin who is somebody else say:")
    print(f"  /cloudops keys confirm {done.key}")
    return FINE


def run_list(parsed: Namespace) -> int:
    return asyncio.run(_list(parsed))


async def _list(parsed: Namespace) -> int:
    async with opened() as core:
        rows = await core.enrolment.list()
        if parsed.json:
            print_json([_row_json(core, row) for row in rows])
        elif not rows:
            print("no keys")
        else:
            print(
                columns(
                    (r.id, r.state, core.enrolment.name(r.principal), f"{r.offered_at:%F %T}") for r in rows
                )
            )
    return FINE


def _row_json(core: Core, row: KeyRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "person": core.enrolment.name(row.principal),
        "account": row.principal,
        "public": row.public,
        "offered_by": row.offered_by,
        "offered_at": row.offered_at,
        "confirmed_by_its_person_at": row.owned_at,
        "confirmed_by": row.confirmed_by,
        "revoked_by": row.revoked_by,
    }


def run_revoke(parsed: Namespace) -> int:
    return asyncio.run(_revoke(parsed))


async def _revoke(parsed: Namespace) -> int:
    async with opened() as core:
        actor = actor_named(core.policy.policy, parsed.person)
        done = await core.enrolment.revoke(actor, place_of(actor, ""), parsed.id)
    return _said(done, parsed)


def _said(done: Enrolled, parsed: Namespace) -> int:
    if parsed.json:
        print_json({"kind": done.kind, "text": done.text, "id": done.key, "who_may": done.who_may})
    else:
        print(f"{done.text} {', '.join(done.who_may)} may." if done.who_may else done.text)
    return FINE if done.kind == "done" else NOT_FINE


KEYS = Command(
    "keys",
    "keys of people, for decisions while Slack is away",
    subs=(
        Command(
            "enroll", "make a key of yours; you and an admin confirm it in Slack", run_enroll, enroll_options
        ),
        Command("list", "list the keys, and whether they count", run_list, json_option),
        Command(
            "revoke",
            "let a key count no more, nor what it signed and has not begun",
            run_revoke,
            revoke_options,
        ),
    ),
)
