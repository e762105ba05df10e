"""Start and stop an autonomous database: what both share."""

from __future__ import annotations

from dataclasses import dataclass

from tools.errors import GiveUp
from tools.plan import Action, Blast, Draft
from tools.reads.digest import short
from tools.remediation import cloud_draft
from tools.remediation.cloud_action import turned
from tools.remediation.cloud_draft import Way
from tools.remediation.cloud_resource import ResourceArgs, Subject, subject
from tools.remediation.database import NEEDS, READ, SORT, about, turn, write
from tools.spec import Call, Risk


@dataclass(frozen=True, slots=True)
class Power:
    """One of the two; `back` is the operation that undoes it, `back_risk` the risk of that."""

    name: str
    verb: str
    operation: str
    begins: str
    ends: str
    risk: Risk
    warning: str
    undo: str
    back: str
    back_risk: Risk


def database_power(
    power: Power, *, summary: str, examples: tuple[str, ...], says: tuple[str, ...]
) -> Action[ResourceArgs]:
    found_by = turn(power.verb.lower())

    async def plan(call: Call, args: ResourceArgs) -> Draft:
        found = await subject(call, args, SORT)
        if found.state != power.begins:
            raise GiveUp(
                f"{found.name} is {found.state}, not {power.begins}: {power.verb.lower()} is not possible",
                "oci:database",
            )
        return cloud_draft.draft(call, power.name, found, found_by, _way(found, power))

    def undone(draft: Draft) -> Draft:
        return draft.model_copy(update={"risk": power.back_risk})

    return turned(
        power.name, found_by, ResourceArgs, plan, summary=summary, risk=power.risk, reads=READ,
        writes=("autonomous database: power",), verified=f"Oracle shows the database {power.ends}",
        needs=NEEDS, examples=examples, says=says, undone=undone,
    )  # fmt: skip


def _way(found: Subject, power: Power) -> Way:
    return Way(
        title=f"{power.verb} database {short(found.name, 80)}",
        wanted={"lifecycleState": power.ends},
        write=write(found, power.operation),
        back=write(found, power.back),
        undo=power.undo,
        blast=Blast(percent=100 if power.risk is Risk.HIGH else 0, summary=about(found)),
        criterion=f"Oracle shows it {power.ends}",
        deadline_s=1_200.0,
        risk=power.risk,
        warnings=(power.warning,),
        args={"resource": found.id},
    )
