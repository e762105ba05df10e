"""`python -m bot.demo.leash PROGRAM...` becomes that program, ended by the kernel when whoever started it dies.

So a supervisor that is killed leaves no bot behind. Elsewhere than on Linux it just becomes the program.
"""

from __future__ import annotations

import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(program: list[str]) -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    os.execvp(program[0], program)  # noqa: S606 - the supervisor's own words


if __name__ == "__main__":
    main(sys.argv[1:])
