"""Which credentials in Oracle Cloud are too old, and who signs in without a second factor?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from tools.access.holders import USER
from tools.access.people import ORIGIN, one_factor
from tools.errors import AskBack
from tools.oracle.identities import directory
from tools.oracle.parts import Parts
from tools.oracle.personal import API_KEY, Credential, credentials, moment
from tools.oracle.where import CompartmentArgs, text_of
from tools.reads.digest import TABLED, counted, digest, proved, short
from tools.reads.iam_scope import Asked, plain, whole
from tools.reads.iam_words import names
from tools.spec import Call, Evidence, Json, Result, Scope, Table, Tool

USERS = 150  # whose credentials are read for one answer
PROVED, KEPT = 12, 500
UNUSED_DAYS = 45
COLUMNS = ("user", "what", "which", "days old", "state")


class Args(CompartmentArgs):
    who: str | None = Field(None, max_length=200, description="part of the user's name; left out: all users")
    days: int = Field(90, ge=0, le=3650, description="older than this many days is too old")
    kind: Literal["all", "api-key", "auth-token", "customer-secret-key", "smtp-credential", "mfa"] = Field(
        "all", description="one kind of credential; mfa: users without a second factor alone"
    )


async def run(call: Call, args: Args) -> Result:
    asked = await whole(call, args)
    people = await directory(asked.api, asked.root, (USER,), asked.tree)
    every = people.items[USER]
    users = [one for one in every if (args.who or "").lower() in text_of(one, "name").lower()]
    if not users:
        raise AskBack(
            f"I see no user {args.who!r}. Who?",
            tuple(text_of(one, "name") for one in every[:10]),
        )
    found: Parts[list[Credential]] = Parts({}, {})
    if args.kind != "mfa":
        found = await credentials(asked.api, [one for one in users if ORIGIN not in one][:USERS])
    return _Answer(asked, args, users, found, call.now, people.missing).result()


def without_factor(user: Json) -> bool:
    """A person who may sign in to the console with a password alone. What Oracle does not say of a user of Default counts as may."""
    console = (user.get("capabilities") or {}).get("canUseConsolePassword")
    return console is not False and one_factor(user) and text_of(user, "lifecycleState") in {"", "ACTIVE"}  # fmt: skip


def idle_days(user: Json, now: datetime) -> int | None:
    seen = moment(user, "lastSuccessfulLoginTime")
    return (now - seen).days if seen else None


@dataclass(frozen=True)
class _Answer:
    asked: Asked
    args: Args
    users: Sequence[Json]
    found: Parts[list[Credential]]
    now: datetime
    missing: tuple[str, ...] = ()

    def result(self) -> Result:
        every = [one for mine in self.found.found.values() for one in mine if self.args.kind in {"all", one.kind}]  # fmt: skip
        stale = sorted((one for one in every if self._old(one)), key=self._age, reverse=True)
        bare = [one for one in self.users if without_factor(one)] if self.args.kind in {"all", "mfa"} else []
        several = self._several(every)
        unseen = self._unseen()
        lines = [*(self._line(one) for one in stale), *(f"{plain(text_of(one, 'name'))}: no second factor" for one in bare)]  # fmt: skip
        proof = (*(self._evidence(one) for one in stale), *(_factor(one) for one in bare))
        rest = [one for one in every if one not in stale]
        seen = [f"could not see: {'; '.join(unseen)}"] if unseen else []
        return Result(
            data=self._data(every, stale, bare, several, not unseen),
            digest=digest([self._head(every, stale, bare, bool(unseen)), *_keys(several), *self._idle(), *proved(lines, PROVED), *seen]),
            scope=Scope(compartment="root", since="now"),
            evidence=proof[:PROVED],
            could_not_see=unseen,
            tables=(Table("Credentials, the oldest first", COLUMNS, rows, len(every)),) if (rows := tuple(self._cells(one) for one in (*stale, *sorted(rest, key=self._age, reverse=True))[:TABLED])) else (),
            untrusted=True,
        )  # fmt: skip

    def _age(self, one: Credential) -> int:
        days = one.days(self.now)
        return -1 if days is None else days

    def _old(self, one: Credential) -> bool:
        return one.active and self._age(one) > self.args.days

    def _several(self, every: Sequence[Credential]) -> list[str]:
        keys = Counter(one.user_name for one in every if one.kind == API_KEY and one.active)
        return sorted(name for name, count in keys.items() if count > 1)

    def _head(self, every: Sequence[Credential], stale: Sequence[Credential], bare: Sequence[Json], doubt: bool) -> str:  # fmt: skip
        said = []
        if self.args.kind != "mfa":
            kinds = Counter(one.kind for one in stale)
            which = (
                f" ({', '.join(f'{count} {kind}' for kind, count in kinds.most_common())})" if stale else ""
            )
            said.append(f"{len(stale)} of {counted(len(every), 'credential')} of {counted(len(self.users), 'user')} are older than {self.args.days} days{which}.")  # fmt: skip
        if self.args.kind in {"all", "mfa"}:
            who = f": {names([text_of(one, 'name') for one in bare])}" if bare else ""
            said.append(
                f"{counted(len(bare), 'user')} may sign in to the console without a second factor{who}."
            )
        return " ".join([*said, *(["This may be incomplete."] if doubt else [])])

    def _idle(self) -> list[str]:
        found = {text_of(one, "name"): days for one in self.users if (days := idle_days(one, self.now)) is not None and days > UNUSED_DAYS}  # fmt: skip
        return [f"Not signed in to the console for more than {UNUSED_DAYS} days: {names(sorted(found))}."] if found else []  # fmt: skip

    def _line(self, one: Credential) -> str:
        label = f" {short(one.label, 60)!r}" if one.label else ""
        return f"{plain(one.user_name)}: {one.kind}{label} {short(one.id, 60)}, {one.days(self.now)} days old"

    def _evidence(self, one: Credential) -> Evidence:
        when = one.created.isoformat() if one.created else "unknown"
        return Evidence(one.ref, f"{one.kind} of {plain(one.user_name)}", f"created {when}, {one.days(self.now)} days ago")  # fmt: skip

    def _cells(self, one: Credential) -> tuple[str, ...]:
        days = one.days(self.now)
        return plain(one.user_name), one.kind, short(one.label or one.id, 60), "unknown" if days is None else str(days), "active" if one.active else "inactive"  # fmt: skip

    def _unseen(self) -> tuple[str, ...]:
        said = {text_of(one, "id"): text_of(one, "name") for one in self.users}
        missing = [f"credentials of {plain(said.get(user, user))}: {why}" for user, why in self.found.missing.items()]  # fmt: skip
        far = sum(ORIGIN in one for one in self.users)
        more = len(self.users) - far - USERS
        cut = [f"credentials of {more} more users: not read"] if more > 0 and self.args.kind != "mfa" else []
        ageless = sum(one.created is None for mine in self.found.found.values() for one in mine)
        undated = [f"the age of {counted(ageless, 'credential')}: not told"] if ageless else []
        if far and self.args.kind != "mfa":
            cut.append(f"credentials of {counted(far, 'user')} of other identity domains: not read")
        return (*self.missing, *missing, *cut, *undated)

    def _data(self, every: Sequence[Credential], stale: Sequence[Credential], bare: Sequence[Json], several: Sequence[str], whole: bool) -> Json:  # fmt: skip
        old = {one.ref for one in stale}
        return {
            "credentials": [
                {"user": one.user_name, "kind": one.kind, "id": one.id, "label": one.label, "days": one.days(self.now), "active": one.active, "stale": one.ref in old, "ref": one.ref}
                for one in sorted(every, key=self._age, reverse=True)[:KEPT]
            ],
            "stale": len(stale),
            "days": self.args.days,
            "without_mfa": [text_of(one, "name") for one in bare],
            "several_api_keys": list(several),
            "idle_days": {text_of(one, "name"): idle_days(one, self.now) for one in self.users},
            "complete": whole,
        }  # fmt: skip


def _keys(several: Sequence[str]) -> list[str]:
    return [f"More than one active API key: {names(several)}."] if several else []


def _factor(one: Json) -> Evidence:
    return Evidence(f"oci:{text_of(one, 'id')}#isMfaActivated", f"second factor of {plain(text_of(one, 'name'))}", "false")  # fmt: skip


IAM_CREDENTIALS = Tool(
    name="iam_credentials",
    summary="Credentials of Oracle Cloud users with their ages: stale API keys, auth tokens, customer secret keys, SMTP; users without MFA (second factor).",
    permission="iam:read",
    args=Args,
    run=run,
    examples=(
        "which API keys are older than 90 days?",
        "which users have no MFA?",
        "does bob have old credentials in Oracle Cloud?",
    ),
    deadline_s=40.0,
    cache_s=120,
)
