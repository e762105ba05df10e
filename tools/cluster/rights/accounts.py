"""Service accounts with what runs as them and what they hold: unused ones, and those that hold more than they need."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import created, finished, meta, name, spec, template
from tools.cluster.rbac import Binding
from tools.cluster.rights.access import Access, account, subject
from tools.cluster.rights.dangers import LEVELS
from tools.cluster.rights.risks import Risk, risks
from tools.cluster.survey import owner_name
from tools.spec import Json

HOLDERS = ("deployments", "statefulsets", "daemonsets", "jobs", "cronjobs")
FRESH = timedelta(days=1)  # of an account: what will use it may not be there yet


@dataclass(slots=True)
class Account:
    """`users` are workloads that run as it, `mounted` whether some pod of it is given its token."""

    namespace: str
    name: str
    item: Json
    users: set[str] = field(default_factory=set)
    mounted: bool = False
    bindings: list[Binding] = field(default_factory=list)
    risks: list[Risk] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def order(self) -> tuple[int, int, str, str]:
        worst = min((LEVELS.index(r.level) for r in self.risks), default=len(LEVELS))
        return (worst, -len(self.problems), self.namespace, self.name)


def accounts(access: Access, now: datetime) -> list[Account]:
    """Every account that may be seen, those with the worst in hand first."""
    found = {
        full: Account(str(meta(a).get("namespace", "")), name(a), a) for full, a in access.accounts.items()
    }
    _users(access, found)
    for binding in access.rules.bindings:
        for kind, named, space in binding.subjects:
            mine = found.get(subject(kind, named, space or binding.namespace))
            if mine is not None and binding not in mine.bindings:
                mine.bindings.append(binding)
    by_subject: dict[str, list[Risk]] = defaultdict(list)
    for risk in risks(access, everything=True):
        by_subject[risk.subject].append(risk)
    for full, mine in found.items():
        mine.risks = by_subject.get(full, [])
        mine.problems = _problems(mine, now, seen=all(access.items.knows(p) for p in ("pods", *HOLDERS)))
    return sorted(found.values(), key=lambda one: one.order)


def _users(access: Access, found: dict[str, Account]) -> None:
    for pod in access.items.of("pods"):
        if not finished(pod):
            kind, owner = owner_name(pod)
            _use(found, str(meta(pod).get("namespace", "")), spec(pod), f"{kind} {owner}", running=True)
    for plural in HOLDERS:
        for item in access.items.of(plural):
            body = spec(item).get("jobTemplate") or {} if plural == "cronjobs" else item
            word = f"{BY_PLURAL[plural].singular} {name(item)}"
            _use(found, str(meta(item).get("namespace", "")), spec(template(body)), word, running=False)


def _use(found: dict[str, Account], space: str, body: Json, word: str, *, running: bool) -> None:
    mine = found.get(account(space, str(body.get("serviceAccountName") or "default")))
    if mine is None:
        return
    mine.users.add(word)
    given = body.get("automountServiceAccountToken")
    if given is None:
        given = mine.item.get("automountServiceAccountToken")
    mine.mounted = mine.mounted or (running and given is not False)


def _problems(one: Account, now: datetime, *, seen: bool) -> list[str]:
    found: list[str] = []
    unused = seen and not one.users and one.name != "default" and now - created(one.item) > FRESH
    if unused and one.bindings:
        found.append("nothing runs as it, and it holds rights")
    elif unused:
        found.append("nothing runs as it")
    worst = min(one.risks, key=lambda risk: risk.order, default=None)
    if worst is not None and worst.level in {"critical", "high"}:
        where = f"in {worst.namespace}" if worst.namespace else "everywhere"
        found.append(f"over-privileged ({worst.level}): {worst.what} {where}: {worst.why}")
    if one.name == "default" and one.bindings:
        found.append("every pod that names no account runs as it, and it holds rights")
    if one.mounted and not one.bindings and seen:
        found.append("its token is given to pods although it holds no rights of its own")
    if one.item.get("secrets"):
        found.append("it has token secrets that never expire")
    return found
