"""Forks bots that may be told to die at a named point, from one process that has read all their code: a start costs a second.

`python -m tests.chaos.herd`; a line of JSON a bot on stdin: `{"env": {...}, "order": FILE, "log": FILE}`. On stdout
`{"pid": N}` for it, and `{"ended": N, "code": C}` when it is gone. At the end of stdin all of them are.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import random
import signal
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from agents.changes import points
from tests.chaos import bot_victim, digest_victim, watch_victim

READ_BEFORE = ("bot.app", "bot.agent", "bot.cli.run", "agents.engine", "bot.core", "psycopg", "redis.asyncio")
PR_SET_PDEATHSIG = 1


def main() -> int:
    for name in READ_BEFORE:
        importlib.import_module(name)
    assert threading.active_count() == 1, threading.enumerate()  # a fork takes only the thread that forks
    signal.signal(signal.SIGCHLD, lambda *_: buried())
    for line in iter(sys.stdin.readline, ""):
        say({"pid": fork(json.loads(line))})
    return 0


def fork(asked: dict[str, Any]) -> int:
    pid = os.fork()
    return pid or live(asked)


def live(asked: dict[str, Any]) -> NoReturn:
    """What the child is from here on."""
    code = 70
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for to, of in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
            os.dup2(of, to)
        os.environ.update(asked["env"])
        random.seed()
        code = run(Path(asked["order"]))
    finally:
        sys.stderr.flush()
        os._exit(code)


def run(order: Path) -> int:
    from agents.changes.changes import Changes
    from bot import core
    from bot.cli.main import main as bot

    bot_victim.FILE = order
    bot_victim.arm()
    digest_victim.arm()
    watch_victim.arm()
    core.Changes = partial(Changes, point=lambda name, _plan: bot_victim.passing(name))  # type: ignore[misc,assignment]
    return bot(["run"])


def buried() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        say({"ended": pid, "code": os.waitstatus_to_exitcode(status)})


def say(what: dict[str, Any]) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


POINTS = (*bot_victim.POINTS, *points.POINTS)

if __name__ == "__main__":
    sys.exit(main())
