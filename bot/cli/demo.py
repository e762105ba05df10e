"""`demo`: a local workspace and the real bot in it, as processes. No account is needed."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bot.cli.command import CannotRun, Command

PORT = 8090
MOST = 5  # bots


def options(parser: ArgumentParser) -> None:
    parser.add_argument("--headless", action="store_true", help="no hint to open a browser")
    parser.add_argument(
        "--play", action="store_true", help="play the main job on the terminal once it is ready"
    )
    parser.add_argument(
        "--replicas", type=int, default=1, metavar="N", help="bots; several share a PostgreSQL and a Redis"
    )
    parser.add_argument(
        "--port", type=int, default=PORT, help=f"of the workspace (default {PORT}; 0 takes a free one)"
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help="every file it writes (default var/demo; with several bots var/demo-replicas)",
    )
    parser.add_argument("--scenario", default="shop", metavar="NAME", help="which world to start")
    parser.add_argument("--policy", type=Path, metavar="FILE", help="in place of deploy/demo/policy.yaml")


def run(parsed: Namespace) -> int:
    if not 1 <= parsed.replicas <= MOST:
        raise CannotRun(f"--replicas: between 1 and {MOST}: a bot holds two of the ten connections of an app")
    if not 0 <= parsed.port <= 65535:
        raise CannotRun("--port: between 0 and 65535")
    if parsed.policy is not None and not parsed.policy.is_file():
        raise CannotRun(f"--policy: there is no file {parsed.policy}")
    from bot.demo.options import Options
    from bot.demo.supervisor import supervise

    chosen = Options(
        port=parsed.port,
        state=parsed.state or Path("var/demo" if parsed.replicas == 1 else "var/demo-replicas"),
        scenario=parsed.scenario,
        policy=parsed.policy,
        headless=parsed.headless,
        play=parsed.play,
        replicas=parsed.replicas,
    )
    return asyncio.run(supervise(chosen))


DEMO = Command("demo", "start a local workspace with a broken shop and the real bot in it", run, options)
