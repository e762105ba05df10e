"""Weekly access: grants that came and went, what is wrong with rights, people without a second factor, old keys, what nobody uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from agents.digests.digest import Area, Fact
from agents.digests.reading import Reads, Wish, rows, whole
from agents.digests.sources import Sources
from tools.spec import Result

STATEMENTS: Final = 500
OLD_DAYS: Final = 90
LEVELS: Final = ("critical", "high")


async def access(reads: Reads, sources: Sources) -> list[Area]:
    cloud = sources.cloud
    asked: list[Wish] = []
    if cloud:
        asked += [
            ("iam_statements", {"limit": STATEMENTS}),
            ("iam_findings", {}),
            ("iam_credentials", {"days": OLD_DAYS}),
            ("iam_unused", {}),
        ]
    asked += [("k8s_risky_grants", {**at, "level": "high", "limit": 200}) for at in sources.clusters]
    answers = iter(await reads.all(*asked))
    areas: list[Area] = []
    if cloud:
        grants, findings, credentials, unused = (next(answers) for _ in range(4))
        areas = [
            replace(_area("Grants of Oracle Cloud", _grants(grants, reads), grants, "iam statements"), quiet=True),
            _area("Findings (CIS benchmark and dangerous combinations)", _findings(findings), findings, "iam findings"),
            _area("May sign in without a second factor", _bare(credentials), credentials, "iam credentials"),
            _area(f"Credentials older than {OLD_DAYS} days", _stale(credentials), credentials, "iam credentials"),
            _area("Grants that nobody uses", _unused(unused), unused, "iam unused"),
        ]  # fmt: skip
    risky = list(answers)
    facts = tuple(fact for one in risky for fact in _risky(one))
    read = any(one is not None for one in risky)
    if sources.clusters:
        areas.append(Area("Risky grants in Kubernetes", facts, read=read, whole=whole(*risky), more="k8s rbac"))  # fmt: skip
    return areas


def _area(title: str, facts: Sequence[Fact], of: Result | None, more: str) -> Area:
    return Area(title, tuple(facts), read=of is not None, whole=whole(of), more=more)


def _grants(found: Result | None, reads: Reads) -> list[Fact]:
    """By its words, not by its number: a statement that moved down in its policy is no other one."""
    if found is not None and int(found.data.get("total") or 0) > STATEMENTS:
        reads.problems.append(f"iam_statements: only the first {STATEMENTS} statements were compared")
    return [
        Fact(f"{one.get('policy')}/{one.get('statement')}", f"{one.get('policy_name')}: {one.get('statement')}", lead="iam statements")
        for one in rows(found, "statements")
    ]  # fmt: skip


def _findings(found: Result | None) -> list[Fact]:
    return [
        Fact(f"{one.get('rule')}/{one.get('says')}", f"{one.get('rule')}: {one.get('severity')}, {one.get('says')}", lead="iam findings")
        for one in rows(found, "findings")
    ]  # fmt: skip


def _bare(found: Result | None) -> list[Fact]:
    names = found.data.get("without_mfa") if found else None
    return [Fact(str(name), str(name), lead="iam credentials") for name in names or []]


def _stale(found: Result | None) -> list[Fact]:
    return [
        Fact(str(one.get("ref")), f"{one.get('user')}: {one.get('kind')} {str(one.get('label') or one.get('id'))[:60]}, {one.get('days')} days old", lead="iam credentials")
        for one in rows(found, "credentials")
        if one.get("stale")
    ]  # fmt: skip


def _unused(found: Result | None) -> list[Fact]:
    doubt = "" if found is None or found.data.get("complete") else " (as far as could be read)"
    return [
        Fact(f"{one.get('policy')}/{one.get('statement')}", f"{one.get('policy_name')}: {one.get('statement')}{doubt}", lead="iam unused")
        for one in rows(found, "grants")
        if one.get("verdict") == "unused"
    ]  # fmt: skip


def _risky(found: Result | None) -> list[Fact]:
    return [
        Fact(f"{one.get('ref')}/{one.get('subject')}/{one.get('risk')}", f"{one.get('kind')} {one.get('subject')}: {one.get('level')}, {one.get('may')}, through {one.get('through')}", lead="k8s rbac")
        for one in rows(found, "grants")
        if one.get("level") in LEVELS
    ]  # fmt: skip
