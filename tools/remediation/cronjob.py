"""A CronJob's schedule, held and let go: what suspending and resuming share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import name, spec, status
from tools.errors import AskBack, GiveUp
from tools.plan import Blast, Draft, FieldChange
from tools.remediation.arguments import CronJobArgs
from tools.remediation.reverting import held, owner, reverting
from tools.remediation.single import Single, single
from tools.remediation.switching import HOLD_S, Switch, word
from tools.remediation.writing import checked
from tools.services.where import find, need_namespace
from tools.spec import Call, Json, Risk

CRONJOBS: Final = BY_PLURAL["cronjobs"]


@dataclass(frozen=True, slots=True)
class Words:
    action: str
    title: str
    already: str
    criterion: str
    blast: str
    undo: str


async def cronjob(call: Call, args: CronJobArgs) -> Single:
    """Raises AskBack naming those that there are."""
    place = await find(call, args)
    namespace = need_namespace(place)
    try:
        return await single(place.api, CRONJOBS, namespace, args.name)
    except GiveUp as error:
        known = (
            tuple(name(item) for item in await place.api.listing(CRONJOBS, namespace))[:8]
            if error.not_found
            else ()
        )
        if known:
            raise AskBack(f"There is no CronJob {args.name} in {namespace}. Which one?", known) from error
        raise


async def plan(
    call: Call, args: CronJobArgs, switch: Switch, words: Words, warnings: Callable[[Json], list[str]]
) -> Draft:
    found = await cronjob(call, args)
    if switch.is_on(found.item) is switch.wanted:
        raise GiveUp(f"CronJob {found.name} {words.already}: nothing to change", f"k8s:{found.api.name}")
    managed = await owner(found.api, found.item)
    draft = Draft(
        action=words.action,
        args={"cluster": found.api.name, "namespace": found.namespace, "name": found.name},
        target=found.target,
        title=f"{words.title} CronJob {found.name}",
        shown={**switch.shown(found.item), "spec.schedule": str(spec(found.item).get("schedule", ""))},
        changes=(FieldChange(path="spec.suspend", before=word(on=not switch.wanted), after=word(on=switch.wanted)),),
        dry_run="",
        blast=Blast(objects=1, summary=words.blast),
        reversible=True,
        undo=words.undo,
        rollback={"suspend": not switch.wanted},
        write=switch.write(found, on=switch.wanted),
        check=switch.check(call, found, words.criterion, hold_s=held(HOLD_S, managed)),
        before={switch.what: word(on=not switch.wanted), "last run": str(status(found.item).get("lastScheduleTime") or "never"), "running": str(running(found.item))},
        ownership=managed,
        warnings=(*warnings(found.item), *reverting(managed)),
        risk=Risk.LOW,
    )  # fmt: skip
    return await checked(call, draft, found.version)


def running(item: Json) -> int:
    return len(status(item).get("active") or [])


class Scheduled(Switch):
    """What is shown of a CronJob: the switch and its schedule."""

    def shown(self, item: Json) -> dict[str, str]:
        return {**Switch.shown(self, item), "spec.schedule": str(spec(item).get("schedule", ""))}
