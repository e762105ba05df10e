"""What is wrong with who may do what in Oracle Cloud? CIS benchmark 3.x, section 1, and rights that are worse together."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from tools.access.catalogue import catalogue
from tools.access.findings.table import RULES
from tools.access.findings.world import Checked, Finding, Severity, check
from tools.errors import AskBack
from tools.oracle.where import CompartmentArgs
from tools.oracle.worlds import world
from tools.reads.digest import TABLED, counted, digest, proved, short
from tools.reads.iam_scope import Asked, unreadable, whole
from tools.spec import Call, Evidence, Json, Result, Scope, Table, Tool

ROWS, PROVED, KEPT = 40, 14, 300
RANK = {one: number for number, one in enumerate(Severity)}
COLUMNS = ("severity", "rule", "what", "proof", "what to do")


class Args(CompartmentArgs):
    rule: str | None = Field(
        None, max_length=60, description="part of a rule's name: CIS, CIS 1.7, TOXIC; left out: all"
    )
    severity: Literal["critical", "high", "medium", "low"] = Field(
        "low", description="this severity and graver ones"
    )


async def run(call: Call, args: Args) -> Result:
    rules = [one for one in RULES if _named(one.id, args.rule) and RANK[one.severity] <= RANK[Severity(args.severity)]]  # fmt: skip
    if not rules:
        raise AskBack(f"I know no rule {args.rule!r} of that severity. Which one?", tuple(one.id for one in RULES)[:20])  # fmt: skip
    asked = await whole(call, args)
    tables = await asyncio.to_thread(catalogue)
    found = await asked.book()
    seen, missing = await world(asked.api, asked.tree, tables, found, call.now)
    checked = await asyncio.to_thread(check, rules, seen)
    checked.sort(key=lambda one: (RANK[one.rule.severity], one.rule.id))
    return _Answer(asked, checked, (*missing, *found.missing, *unreadable(found.unread))).result()


def _named(ident: str, wanted: str | None) -> bool:
    """`CIS 1.1` is not `CIS 1.10`."""
    low, said = ident.lower(), (wanted or "").lower().strip()
    return not said or low == said or (said in low and not said[-1].isdigit())


@dataclass(frozen=True)
class _Answer:
    asked: Asked
    checked: Sequence[Checked]
    missing: tuple[str, ...]

    def result(self) -> Result:
        failed = [(one, found) for one in self.checked for found in one.findings]
        lines = [_line(one, found) for one, found in failed]
        seen = [f"could not see: {'; '.join(self.unseen)}"] if self.unseen else []
        return Result(
            data=self._data(),
            digest=digest([self._head(failed), *proved(lines, PROVED), *self._fine(), *seen]),
            scope=Scope(compartment="root", since="now"),
            evidence=tuple(_evidence(one, found) for one, found in failed[:PROVED]),
            ruled_out=tuple(f"{one.rule.id}: {one.rule.title}" for one in self.checked if one.status == "pass")[:10],
            could_not_see=self.unseen,
            tables=(Table("Findings, the worst first", COLUMNS, tuple(_cells(one, found) for one, found in failed[:TABLED]), len(failed)),) if failed else (),
            raw="\n".join(lines) if len(lines) > ROWS else None,
            untrusted=True,
        )  # fmt: skip

    @property
    def unseen(self) -> tuple[str, ...]:
        unknown: dict[str, list[str]] = {}
        for one in self.checked:
            if one.unknown:
                unknown.setdefault(one.unknown, []).append(one.rule.id)
        return (*self.missing, *(f"{', '.join(ids)}: {why}" for why, ids in unknown.items()))

    def _head(self, failed: Sequence[tuple[Checked, Finding]]) -> str:
        by = Counter(one.rule.severity for one, _ in failed)
        said = ", ".join(f"{by[one]} {one}" for one in Severity if by[one])
        status = Counter(one.status for one in self.checked)
        doubt = " This may be incomplete." if self.missing else ""
        return f"{counted(len(failed), 'finding')}{f' ({said})' if said else ''} by {counted(len(self.checked), 'rule')}: {status['fail']} fail, {status['pass']} pass, {status['cannot tell']} cannot be told.{doubt}"  # fmt: skip

    def _status(self, one: Checked) -> str:
        """A rule that found nothing in a part of the tenancy has not passed."""
        return "pass so far" if one.status == "pass" and self.missing else one.status

    def _fine(self) -> list[str]:
        fine = [one.rule.id for one in self.checked if one.status == "pass"]
        far = ", as far as I could see" if self.missing else ""
        return [f"Pass{far}: {', '.join(fine)}."] if fine else []

    def _data(self) -> Json:
        return {
            "rules": [
                {"id": one.rule.id, "title": one.rule.title, "severity": one.rule.severity.value, "status": self._status(one), "manual": one.rule.manual, "unknown": one.unknown or None, "findings": len(one.findings)}
                for one in self.checked
            ],
            "findings": [
                {"rule": one.rule.id, "severity": one.rule.severity.value, "says": found.says, "fix": one.rule.fix, "proofs": [{"ref": proof.ref, "said": proof.said} for proof in found.proofs]}
                for one in self.checked
                for found in one.findings
            ][:KEPT],
            "total": sum(len(one.findings) for one in self.checked),
            "complete": not self.missing,
        }  # fmt: skip


def _line(one: Checked, found: Finding) -> str:
    said = "; ".join(short(proof.said, 220) for proof in found.proofs[:3])
    hint = " (the benchmark leaves this to a person)" if one.rule.manual else ""
    return f"{one.rule.severity} {one.rule.id}: {found.says}{hint}. {f'Proof: {said}. ' if said else ''}Do: {one.rule.fix}."  # fmt: skip


def _evidence(one: Checked, found: Finding) -> Evidence:
    ref = found.proofs[0].ref if found.proofs else "oci:iam"
    said = found.proofs[0].said if found.proofs else found.says
    return Evidence(ref, f"{one.rule.id}: {found.says}", short(said, 300), untrusted=True)


def _cells(one: Checked, found: Finding) -> tuple[str, ...]:
    said = "; ".join(short(proof.said, 120) for proof in found.proofs[:2])
    return one.rule.severity.value, one.rule.id, found.says, said, one.rule.fix


IAM_FINDINGS = Tool(
    name="iam_findings",
    summary="What is wrong with access in Oracle Cloud: CIS benchmark 3.x IAM rules with proof, and toxic combinations of rights (privilege escalation).",
    permission="iam:read",
    args=Args,
    run=run,
    examples=(
        "what is wrong with our Oracle Cloud access rights?",
        "run the CIS benchmark on our OCI policies",
        "are there toxic combinations of permissions in Oracle Cloud?",
    ),
    deadline_s=40.0,
    cache_s=120,
)
