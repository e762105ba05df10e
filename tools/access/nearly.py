"""Why a statement does not give what was asked, although it is about the same people: what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from tools.access.catalogue import Catalogue
from tools.access.covering import Cover, covered, reached
from tools.access.effective import Known
from tools.access.judging import Judge, Judged, Verdict
from tools.access.places import Standing, applies
from tools.access.question import Question
from tools.access.syntax import Association, Grant, Verb
from tools.oracle.compartments import Compartment, Tree


class Missing(IntEnum):
    """The nearest to a grant first."""

    CONDITION = 0
    PLACE = 1
    VERB = 2


@dataclass(frozen=True, slots=True)
class Nearly:
    known: Known
    missing: Missing
    why: str
    at: Compartment | None = None  # where it counts instead


def nearly(known: Known, ask: Question, target: Compartment, tree: Tree, tables: Catalogue) -> Nearly | None:
    """None where it grants, denies, or is about something else altogether."""
    grant = known.local
    if grant is None or known.deny or grant.place is None or isinstance(grant.ability, Association):
        return None
    judged = Judge(ask, target, tree, tables).judge(known.line)
    if isinstance(judged, Judged):
        excluded = judged.verdict is Verdict.RULED_OUT
        if judged.verdict is Verdict.BELOW:
            return Nearly(known, Missing.PLACE, f"it counts {judged.why[-1]}", judged.at)
        return Nearly(known, Missing.CONDITION, judged.why[-1]) if excluded else None
    where = applies(grant.place, known.line.attached, target, tree)
    if where.at and covered(grant.ability, ask, tables).cover in {Cover.WHOLE, Cover.PART}:
        return Nearly(known, Missing.PLACE, f"it counts in {where.at.path}, not in {target.path}", where.at)
    if where.standing in {Standing.HERE, Standing.BELOW}:
        return _weaker(known, grant, ask, tables)
    return None


def _weaker(known: Known, grant: Grant, ask: Question, tables: Catalogue) -> Nearly | None:
    found = grant.ability
    if not isinstance(found, Verb):
        return None
    name = tables.aliases.get(found.resource.low, found.resource.low)
    if reached(name, ask, tables).cover is Cover.NOT:
        return None
    return Nearly(known, Missing.VERB, f"`{found.verb.low}` does not include it")
