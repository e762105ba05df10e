"""`iam`: statements of Oracle Cloud's policies, read without loss; and who can do something, through the same gate."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any

from bot.cli.command import (
    FINE,
    NOT_FINE,
    Command,
    json_option,
    print_line,
)
from bot.cli.files import read_text


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


PARSE = Command("parse", "read the statements of a file, one a line; JSON lines", parse, parse_options)
IAM = Command("iam", "read Oracle Cloud's policies, and say who can do something there", subs=(PARSE,))
