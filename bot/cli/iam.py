"""`iam`: statements of Oracle Cloud's policies, read without loss; and who can do something, through the same gate."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bot.cli.command import (
    FINE,
    NOT_FINE,
    Command,
    json_option,
    person_option,
    print_json,
    print_line,
)
from bot.cli.diagnose import OPERATOR, reader_of
from bot.cli.files import read_text
from bot.cli.opening import actor_named, opened, os_user
from bot.cli.tool import as_json, readable, through_gate

if TYPE_CHECKING:
    from agents.gate.called import Called
    from agents.people import Actor
    from bot.core import Core


def parse_options(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="one statement a line; - is standard input")
    json_option(parser)


def parse(parsed: Namespace) -> int:
    """Lines are JSON with and without `--json`: they are for programs, the counts on stderr for people."""
    count = unread = 0
    for found in read(read_text(parsed.file)):
        count += 1
        unread += not found["ok"]
        print_line(found)
    print(f"{count - unread} of {count} statements read", file=sys.stderr)
    return NOT_FINE if unread else FINE


def read(text: str) -> Iterator[dict[str, Any]]:
    """`{line, ok, text, parsed, error}`, `text` written out from the parse. Empty lines and comments are no statements."""
    from tools.access import shown
    from tools.access.statements import parse as parsed_of
    from tools.access.syntax import written
    from tools.access.tokens import Unreadable

    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("//"):
            continue
        try:
            found = parsed_of(line)
        except Unreadable as error:
            yield {"line": number, "ok": False, "text": None, "parsed": None, "error": str(error)}
        else:
            yield {"line": number, "ok": True, "text": written(found), "parsed": shown.statement(found), "error": None}  # fmt: skip


def who_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "verb", metavar="VERB", help="inspect, read, use, manage, stop, delete ..., or a permission"
    )
    parser.add_argument("resource", nargs="?", metavar="RESOURCE", help="resource type, such as instances")
    parser.add_argument(
        "--in", dest="compartment", metavar="COMPARTMENT", help="name, path or OCID; else the tenancy"
    )
    person_option(parser, required=False)
    json_option(parser)


def who_can(parsed: Namespace) -> int:
    return asyncio.run(_who_can(parsed))


async def _who_can(parsed: Namespace) -> int:
    given = {"verb": parsed.verb, "resource": parsed.resource, "compartment": parsed.compartment}
    return await _asked(parsed, "iam_who_can", given)


async def _asked(parsed: Namespace, tool: str, given: dict[str, Any]) -> int:
    """What is empty is left out, as a person leaves it out."""
    async with opened() as core:
        actor = _who(core, parsed)
        called = await through_gate(core, actor, tool, {k: v for k, v in given.items() if v})
    if parsed.json:
        print_json(as_json(called))
    else:
        print(readable(called.result) if called.result else _refused(called))
    return FINE if called.ok else NOT_FINE


def findings_options(parser: ArgumentParser) -> None:
    parser.add_argument("rule", nargs="?", metavar="RULE", help="part of a rule's name: CIS, CIS 1.7, TOXIC")
    person_option(parser, required=False)
    json_option(parser)


def findings(parsed: Namespace) -> int:
    return asyncio.run(_asked(parsed, "iam_findings", {"rule": parsed.rule}))


def diff_options(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="statements that would be added, one a line; - is standard input")  # fmt: skip
    parser.add_argument(
        "--policy", metavar="POLICY", help="the policy that they would be added to; else a new one"
    )
    parser.add_argument("--replace", action="store_true", help="the policy would hold these and no others")
    parser.add_argument("--remove", action="store_true", help="they would be removed instead")
    parser.add_argument(
        "--in", dest="compartment", metavar="COMPARTMENT", help="where a new policy is attached; else the tenancy"
    )  # fmt: skip
    person_option(parser, required=False)
    json_option(parser)


def diff(parsed: Namespace) -> int:
    lines = [line.strip() for line in read_text(parsed.file).split("\n")]
    said = [line for line in lines if line and not line.startswith("//")]
    given = {
        "remove" if parsed.remove else "add": said,
        "policy": parsed.policy,
        "replace": parsed.replace,
        "compartment": parsed.compartment,
    }
    return asyncio.run(_asked(parsed, "iam_diff", given))


def _refused(called: Called) -> str:
    if called.ask is None:
        return called.error
    return "\n".join([called.ask.question, *(f"  {option}" for option in called.ask.options)])


def _who(core: Core, parsed: Namespace) -> Actor:
    """Without `--as`, whoever runs the command, as a reader of policies: the OCI profile is theirs anyway."""
    from agents.people import Actor

    if parsed.person:
        return actor_named(core.policy.policy, parsed.person)
    core.policy.policy = reader_of("iam:read", compartments=["*"])
    team, user = OPERATOR
    return Actor(team, user, name=os_user(), os_user=os_user(), standing="member")


WHO_CAN = Command("who-can", "say by which statements somebody may do something", who_can, who_options)
PARSE = Command("parse", "read the statements of a file, one a line; JSON lines", parse, parse_options)
FINDINGS = Command(
    "findings", "hold access against the CIS benchmark and toxic combinations", findings, findings_options
)
DIFF = Command("diff", "say what a policy change would newly allow, without making it", diff, diff_options)
IAM = Command(
    "iam",
    "read Oracle Cloud's policies, and say who can do something there",
    subs=(PARSE, WHO_CAN, FINDINGS, DIFF),
)
