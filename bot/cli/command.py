"""What a command of the command line is. Its module is read for every `--help`, so heavy imports stay inside `run`."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

FINE, NOT_FINE, CANNOT = 0, 1, 2


class CannotRun(Exception):
    """The command cannot start: one line a problem, naming fields and files, never values of settings. Exit code 2."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def no_options(parser: ArgumentParser) -> None:
    del parser


def group(parsed: Namespace) -> int:
    raise CannotRun(f"{parsed.command}: one more word is needed, see --help")


@dataclass(frozen=True, slots=True)
class Command:
    """`run` gives the exit code; `subs` makes it a group, like `audit verify`."""

    name: str
    summary: str
    run: Callable[[Namespace], int] = group
    options: Callable[[ArgumentParser], None] = no_options
    subs: tuple[Command, ...] = ()


def json_option(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="machine-readable, for scripts")


def person_option(parser: ArgumentParser, *, required: bool = True) -> None:
    parser.add_argument(
        "--as",
        dest="person",
        required=required,
        metavar="PERSON",
        help="who asks: <team>:<user>, or a person of the policy",
    )


def say(text: str, *, aside: bool = False) -> None:
    """A line for the person at the terminal; `aside` goes to stderr."""
    print(text, file=sys.stderr if aside else sys.stdout, flush=True)


def print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_line(value: Any) -> None:
    """One JSON object a line."""
    print(json.dumps(value, ensure_ascii=False, default=str), flush=True)


def columns(rows: Iterable[tuple[str, ...]], gap: str = "  ") -> str:
    """Rows under each other; the last column is as long as it is."""
    table = list(rows)
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]) - 1)] if table else []
    return "\n".join(
        gap.join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in table
    )
