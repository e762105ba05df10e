"""One statement against one question: does it grant that, and why; or does that depend on the request; or can it not be told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tools.access.catalogue import Catalogue
from tools.access.covering import Cover, covered
from tools.access.deciding import decided
from tools.access.denying import taken
from tools.access.places import Applies, Standing, applies
from tools.access.question import Question
from tools.access.statements import parse
from tools.access.syntax import Association, Definition, Grant, Statement, Where
from tools.access.tokens import Unreadable
from tools.oracle.compartments import Compartment, Tree

MANY: Final = 500  # permissions of one question that a condition is tried with
DEPENDS: Final = "cannot tell: depends on the request"


class Verdict(StrEnum):
    GRANTS = "grants"
    PART = "grants a part"
    DEPENDS = "cannot tell"
    BELOW = "only below"
    RULED_OUT = "ruled out"


@dataclass(frozen=True, slots=True)
class Line:
    """One statement of a policy; `number` counts from 0."""

    policy: str
    policy_name: str
    attached: Compartment
    number: int
    text: str

    @property
    def ref(self) -> str:
        return f"oci:{self.policy}#statements[{self.number}]"


@dataclass(frozen=True, slots=True)
class Judged:
    line: Line
    statement: Grant
    verdict: Verdict
    why: tuple[str, ...]
    at: Compartment | None  # that the statement names
    deny: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    line: Line
    error: str


@dataclass(frozen=True)
class Judge:
    """`target` is the compartment that is asked about."""

    ask: Question
    target: Compartment
    tree: Tree
    tables: Catalogue

    def judge(self, line: Line) -> Judged | Unread | None:
        """None for what has nothing to do with the question."""
        try:
            statement = parse(line.text)
        except Unreadable as error:
            return Unread(line, str(error))
        found = self._relevant(statement)
        return self._judged(line, found) if found is not None else None

    def _relevant(self, statement: Statement) -> Grant | None:
        """What people of this tenancy may do in others is another question."""
        if isinstance(statement, Definition) or statement.effect[-1].low == "endorse":
            return None
        return statement

    def _judged(self, line: Line, found: Grant) -> Judged | None:
        place = found.ability.place if isinstance(found.ability, Association) else found.place
        deny = found.effect[0].low == "deny"
        reach = (taken if deny else covered)(found.ability, self.ask, self.tables)
        if place is None or reach.cover is Cover.NOT:
            return None
        where = applies(place, line.attached, self.target, self.tree)
        if where.standing is Standing.ELSEWHERE:
            return None
        verdict, why = self._conditioned(found.where)
        verdict = _least(_VERDICTS[reach.cover], verdict, _placed(where))
        reasons = (*reach.why, *([where.why] if where.why else []), *why)
        if found.effect[-1].low == "admit" and not deny:
            verdict = _least(verdict, Verdict.DEPENDS)
            reasons = (*reasons, "the other tenancy must endorse it")
        return Judged(line, found, verdict, reasons, where.at, deny)

    def _conditioned(self, where: Where | None) -> tuple[Verdict, tuple[str, ...]]:
        """A condition that the permission alone does not decide is shown, and never taken as met."""
        if where is None:
            return Verdict.GRANTS, ()
        said = where.condition.text
        few = self.ask.permissions if len(self.ask.permissions) <= MANY else frozenset()
        found = {one: decided(where.condition, one) for one in few}
        if not found or None in found.values():
            return Verdict.DEPENDS, (f"{DEPENDS} ({said})",)
        if all(found.values()):
            return Verdict.GRANTS, (f"whatever the request, its condition holds ({said})",)
        if not any(found.values()):
            return Verdict.RULED_OUT, (f"its condition excludes {self._taking()} ({said})",)
        out = sorted(one for one, holds in found.items() if not holds)
        more = f" and {len(out) - 3} more" if len(out) > 3 else ""
        return Verdict.PART, (f"its condition excludes {', '.join(out[:3])}{more} ({said})",)

    def _taking(self) -> str:
        return (
            next(iter(self.ask.permissions))
            if len(self.ask.permissions) == 1
            else f"all that {self.ask.said} takes"
        )


_VERDICTS: Final = {Cover.UNKNOWN: Verdict.DEPENDS, Cover.PART: Verdict.PART, Cover.WHOLE: Verdict.GRANTS}
_WEAKEST: Final = (Verdict.RULED_OUT, Verdict.BELOW, Verdict.DEPENDS, Verdict.PART, Verdict.GRANTS)


def _placed(where: Applies) -> Verdict:
    return {Standing.BELOW: Verdict.BELOW, Standing.UNKNOWN: Verdict.DEPENDS}.get(
        where.standing, Verdict.GRANTS
    )


def _least(*verdicts: Verdict) -> Verdict:
    return min(verdicts, key=_WEAKEST.index)
