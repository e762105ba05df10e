"""`python -m bot.demo.leash [--as USER] PROGRAM...` becomes that program, ended by the kernel when whoever started it dies.

So a supervisor that is killed leaves no bot behind. Elsewhere than on Linux it just becomes the program. `--as` is for a
program that refuses to run as root.
"""

from __future__ import annotations

import os
import pwd
import signal
import sys
from collections.abc import Callable
from functools import partial

PR_SET_PDEATHSIG = 1


def main(program: list[str]) -> None:
    end_with_us = (
        dying() if sys.platform == "linux" else int
    )  # looked up now: another user may not read our Python
    if program[0] == "--as":
        become(program[1])
        program = program[2:]
    end_with_us()  # after the change of user, with which the kernel forgets it
    os.execvp(program[0], program)  # noqa: S606 - the supervisor's own words


def dying() -> Callable[[], int]:
    import ctypes

    return partial(ctypes.CDLL(None, use_errno=True).prctl, PR_SET_PDEATHSIG, signal.SIGTERM)


def become(name: str) -> None:
    user = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


if __name__ == "__main__":
    main(sys.argv[1:])
