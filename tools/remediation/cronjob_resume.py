"""Let a suspended CronJob begin its runs again."""

from __future__ import annotations

from typing import Final

from tools.cluster.objects import spec
from tools.plan import Action, Draft
from tools.remediation import cronjob
from tools.remediation.arguments import CronJobArgs
from tools.remediation.writing import apply_marked, dry_run
from tools.spec import Call, Json, Risk

SWITCH: Final = cronjob.Scheduled("suspend", wanted=False, what="suspension")
WORDS: Final = cronjob.Words(
    "cronjob_resume", "Resume", "is not suspended", "the CronJob is not suspended",
    "its runs begin again by its schedule", "suspend it again",
)  # fmt: skip


async def plan(call: Call, args: CronJobArgs) -> Draft:
    return await cronjob.plan(call, args, SWITCH, WORDS, _warnings)


def _warnings(item: Json) -> list[str]:
    """Without a deadline a run that was missed is made up for at once."""
    if spec(item).get("startingDeadlineSeconds") is None:
        return ["it has no startingDeadlineSeconds: a run that was missed meanwhile begins at once"]
    return []


CRONJOB_RESUME = Action(
    name="cronjob_resume",
    summary="Let a suspended CronJob begin its runs again.",
    args=CronJobArgs,
    risk=Risk.LOW,
    reversible=True,
    reads=("cronjob", "GitOps objects that own it"),
    writes=("cronjob: spec.suspend",),
    verified="the CronJob is not suspended",
    needs_kubernetes=("get,list,patch cronjobs.batch",),
    needs_oci=(),
    examples=("resume cronjob report in shop", "unsuspend the cron job backup"),
    says=(
        "(resume|unsuspend|enable|unpause) [the] [nightly|daily|hourly|weekly] (cronjob|cron job|cron) {name}",
        "(resume|unsuspend|enable|unpause) [the] {name} (cronjob|cron job|cron)",
        "resume cronjob/{name}",
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
