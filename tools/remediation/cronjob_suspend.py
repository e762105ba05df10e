"""Hold a CronJob: no further run begins; what runs goes on."""

from __future__ import annotations

from typing import Final

from tools.plan import Action, Draft
from tools.remediation import cronjob
from tools.remediation.arguments import CronJobArgs
from tools.remediation.writing import apply_marked, dry_run
from tools.spec import Call, Json, Risk

SWITCH: Final = cronjob.Scheduled("suspend", wanted=True, what="suspension")
WORDS: Final = cronjob.Words(
    "cronjob_suspend", "Suspend", "is suspended already", "the CronJob is suspended",
    "no further run begins; what runs goes on", "resume it",
)  # fmt: skip


async def plan(call: Call, args: CronJobArgs) -> Draft:
    return await cronjob.plan(call, args, SWITCH, WORDS, _warnings)


def _warnings(item: Json) -> list[str]:
    running = cronjob.running(item)
    return [f"{running} run{'s' if running > 1 else ''} under way: not stopped by this"] if running else []


CRONJOB_SUSPEND = Action(
    name="cronjob_suspend",
    summary="Hold a CronJob: no further run begins.",
    args=CronJobArgs,
    risk=Risk.LOW,
    reversible=True,
    reads=("cronjob", "GitOps objects that own it"),
    writes=("cronjob: spec.suspend",),
    verified="the CronJob is suspended",
    needs_kubernetes=("get,list,patch cronjobs.batch",),
    needs_oci=(),
    examples=("suspend cronjob report in shop", "hold the nightly cron job backup"),
    says=(
        "(suspend|hold|pause|disable|stop) [the] [nightly|daily|hourly|weekly] (cronjob|cron job|cron) {name}",
        "(suspend|hold|pause|disable|stop) [the] {name} (cronjob|cron job|cron)",
        "suspend cronjob/{name}",
    ),
    plan=plan,
    reread=SWITCH.reread,
    dry_run=dry_run,
    apply=apply_marked,
    effect=SWITCH.effect,
    observe=SWITCH.observe,
    roll_back=SWITCH.roll_back,
    observe_rollback=SWITCH.observe_rollback,
)
