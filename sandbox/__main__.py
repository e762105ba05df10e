"""`python -m sandbox`: a workspace, a cluster and its monitoring on this machine, until SIGTERM or the end of stdin."""

import argparse
import asyncio
import contextlib
import json
import logging
import signal
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sandbox.lines import Lines
from sandbox.mail import LocalMail
from sandbox.scenarios.alerting import Alerting
from sandbox.scenarios.loader import BadScenario, load
from sandbox.scenarios.stage import Stage

if TYPE_CHECKING:
    from sandbox.slack import LocalSlack

ALERTS_FROM: Final = "BALERTS"
ALERTS_TO: Final = "CINCIDENTS"
ALERTS_EVERY_S: Final = 5.0
ALERTS_APART_S: Final = 0.15
_log: Final = logging.getLogger("sandbox")


class Sandbox:
    """Everything that the arguments ask for, started in one order and stopped in the other."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.slack = None if "slack" in args.without else _slack(args)
        self.mail = None if self.slack is None else LocalMail()
        self.stage = None
        if "cluster" not in args.without:
            self.stage = Stage(load(args.scenario), args.state, speed=args.speed)
        self.lines = Lines(self._heard)
        self.stopping = asyncio.Event()
        self._bot_is_up = asyncio.Event()
        self._told = args.state / "alerts.json"
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        env: dict[str, str] = {}
        info: dict[str, Any] = {}
        if self.stage is not None:
            await self.stage.start()
            env |= self.stage.environment()
            info |= self.stage.info()
        url = self.stage.prometheus.url if self.stage is not None else ""
        if self.slack is not None:
            await self.slack.start()
            self.slack.controls = self.lines.ask
            self.slack.info |= info
            url = self.slack.url
            env |= _slack_environment(self.slack)
        if self.slack is not None and self.mail is not None:
            await self.mail.start()
            self.slack.mails = self.mail.mails
            env |= self.mail.environment()
        self.lines.say({"ready": {"url": url, "env": env, "info": info}})
        self._spawn(self._listen())
        self._spawn(self._alert())

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.mail is not None:
            await self.mail.stop()
        if self.slack is not None:
            await self.slack.stop()
        if self.stage is not None:
            await self.stage.stop()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    async def _listen(self) -> None:
        await self.lines.listen()
        self.stopping.set()

    async def _heard(self, message: dict[str, Any]) -> None:
        bot, info = message.get("bot"), message.get("info")
        if isinstance(bot, dict):
            if self.slack is not None:
                self.slack.bot_state = bot
            if bot.get("state") == "up":
                self._bot_is_up.set()
        if isinstance(info, dict) and self.slack is not None:
            self.slack.info |= info

    async def _alert(self) -> None:
        """Monitoring's messages begin when somebody can read them."""
        if self.stage is None or self.slack is None:
            return
        await self._bot_is_up.wait()
        hushed = self.stage.alertmanager.silenced
        alerting = Alerting(self.stage.scenario.alerts, self.stage.programs.memory, self._told, hushed)
        while True:
            await alerting.look(self.stage.store.clock.now(), self._post)
            await asyncio.sleep(ALERTS_EVERY_S)

    async def _post(self, text: str) -> None:
        if self.slack is not None:
            await self.slack.say(ALERTS_FROM, ALERTS_TO, text)
            await asyncio.sleep(ALERTS_APART_S)


def _slack(args: argparse.Namespace) -> "LocalSlack":
    from sandbox.slack import LocalSlack
    from sandbox.slack.delivery.http import SignedHttp

    manifest = json.loads(args.manifest.read_text(encoding="utf-8"))
    slack = LocalSlack(manifest, state=args.state / "slack", port=args.port)
    if args.deliver_to:
        slack.deliver_to(SignedHttp(*args.deliver_to, secret=slack.signing_secret))
    return slack


def _slack_environment(slack: "LocalSlack") -> dict[str, str]:
    return {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
    }


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--scenario", default="shop", help="a folder of sandbox/scenarios, or a path")
    parser.add_argument("--state", type=Path, default=Path("var/sandbox"), help="where everything is kept")
    parser.add_argument("--manifest", type=Path, default=Path("deploy/slack/manifest.json"))
    parser.add_argument("--port", type=int, default=8090, help="of the workspace's page and API")
    parser.add_argument(
        "--deliver-to",
        action="append",
        default=[],
        metavar="URL",
        help="signed HTTP in place of Socket Mode; several take turns, as behind a balancer",
    )
    parser.add_argument("--speed", type=float, default=1.0, help="divides every waiting time of the cluster")
    parser.add_argument("--without", action="append", default=[], choices=("slack", "cluster"))
    return parser.parse_args(argv)


async def _serve(args: argparse.Namespace) -> None:
    sandbox = Sandbox(args)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, sandbox.stopping.set)
    try:
        await sandbox.start()
        await sandbox.stopping.wait()
    finally:
        await sandbox.stop()


def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    args.state = args.state.resolve()
    args.state.mkdir(parents=True, exist_ok=True)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_serve(args))
    except (BadScenario, OSError, ValueError) as error:
        _log.error("%s", error)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
