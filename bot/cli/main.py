"""From words to an exit code: 0 fine, 1 the thing checked is not fine, 2 cannot start."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from bot.cli.command import CANNOT, CannotRun
from bot.cli.parser import build_parser, unknown

INTERRUPTED = 130


def main(words: Sequence[str]) -> int:
    if problem := unknown(words):
        return complain(problem)
    parser = build_parser()
    parsed = parser.parse_args(words)
    if parsed.runs is None:
        parser.print_help()
        return CANNOT
    try:
        return int(parsed.runs(parsed))
    except CannotRun as error:
        return complain(*error.problems)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def complain(*problems: str) -> int:
    for problem in problems:
        print(f"cannot start: {problem}", file=sys.stderr)
    return CANNOT
