"""What the change engine needs from outside, named by what it is used for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from agents.people import Actor
from storage.database import Tx


class Starter(Protocol):
    """The workflow engine, as far as changes need it."""

    async def start_change(self, plan_id: str) -> None:
        """Have `Changes.execute(plan_id)` run durably. Idempotent while a run is under way; runs again after one ended."""


class Accounts(Protocol):
    """What Slack says about an account now; approvers are looked at again when their plan runs."""

    async def actor(self, account: str) -> Actor:
        """The account (`<team>:<user>`) with its standing now; `unknown` when nobody can say."""


class PolicyAccounts:
    """Where there is no directory to ask (command line, tests): every account is a member."""

    async def actor(self, account: str) -> Actor:
        team, _, user = account.partition(":")
        return Actor(team, user, standing="member")


class Alarm(Protocol):
    """Something a person must look at: logged loudly and counted by bot/."""

    def raise_alarm(self, name: str, text: str) -> None: ...


class QuietAlarm:
    def raise_alarm(self, name: str, text: str) -> None:
        """Where nobody listens."""


class Standing(Protocol):
    """Whether this process may act, and who may not any more."""

    @property
    def worker(self) -> str: ...

    def valid(self) -> bool:
        """False when others may have taken this process for dead: then it does nothing that is seen outside."""

    async def gone(self, tx: Tx, worker: str) -> bool:
        """Whether `worker` is dead for everybody, so that what it had is free to take."""


@dataclass(frozen=True, slots=True)
class Alone:
    """The one process of its database: whoever was there before is gone."""

    worker: str

    def valid(self) -> bool:
        return True

    async def gone(self, tx: Tx, worker: str) -> bool:  # noqa: ARG002 - the port's form
        return worker != self.worker
