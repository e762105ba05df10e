"""Draining a backend, taking it out and bringing it back: three ways to set the same two switches."""

from __future__ import annotations

from dataclasses import dataclass

from tools.errors import GiveUp
from tools.plan import Action, Blast, Draft
from tools.reads.digest import short
from tools.remediation import cloud_draft
from tools.remediation.backend import TURN, BackendArgs, beside, failing, subject, values, write
from tools.remediation.cloud_action import turned
from tools.remediation.cloud_draft import Way
from tools.remediation.cloud_resource import Subject
from tools.remediation.concerns import percent
from tools.spec import Call, Risk


@dataclass(frozen=True, slots=True)
class Setting:
    """`verb` with the backend's name is the title; `takes_out`: what it had goes to the others, or nowhere."""

    name: str
    verb: str
    drain: bool
    offline: bool
    risk: Risk
    back_risk: Risk
    warning: str = ""

    @property
    def takes_out(self) -> bool:
        return self.drain or self.offline

    def wanted(self) -> dict[str, str]:
        return {"drain": str(self.drain).lower(), "offline": str(self.offline).lower()}


def backend_action(
    setting: Setting, *, summary: str, examples: tuple[str, ...], says: tuple[str, ...]
) -> Action[BackendArgs]:
    async def plan(call: Call, args: BackendArgs) -> Draft:
        found = await subject(call, args)
        return cloud_draft.draft(call, setting.name, found, TURN, await _way(found, setting))

    def undone(draft: Draft) -> Draft:
        return draft.model_copy(update={"risk": setting.back_risk})

    wanted = setting.wanted()
    return turned(
        setting.name, TURN, BackendArgs, plan, summary=summary, risk=setting.risk,
        reads=("load balancer", "health of the backend set", "work requests", "audit events"),
        writes=("backend: drain and offline",),
        verified=f"Oracle shows the backend with drain {wanted['drain']} and offline {wanted['offline']}",
        needs=("LOAD_BALANCER_READ", "LOAD_BALANCER_UPDATE"),
        examples=examples, says=says, undone=undone,
    )  # fmt: skip


async def _way(found: Subject, setting: Setting) -> Way:
    now, wanted, name = values(found), setting.wanted(), str(found.known["backend"])
    if {**now, **wanted} == now:
        raise GiveUp(f"{name} has drain {now['drain']} and offline {now['offline']} already", "oci:lb")
    if setting.drain and now["offline"] == "true":
        raise GiveUp(f"{name} is offline: it has no connections to drain; bring it back instead", "oci:lb")
    risk, blast, warnings = await _reach(found, setting, name)
    return Way(
        title=f"{setting.verb} backend {name} of load balancer {short(found.name, 60)}",
        wanted=wanted,
        write=write(found, wanted),
        back=write(found, now),
        undo=f"set drain {now['drain']} and offline {now['offline']} again",
        blast=blast,
        criterion=f"Oracle shows it with drain {wanted['drain']} and offline {wanted['offline']}",
        deadline_s=300.0,
        risk=risk,
        warnings=warnings,
        args={"load_balancer": found.id, "backend_set": found.known["backend_set"], "backend": name},
        part=f"{found.known['backend_set']}/{name}",
    )


async def _reach(found: Subject, setting: Setting, name: str) -> tuple[Risk, Blast, tuple[str, ...]]:
    """Who is left to serve when it is out, and whether they do."""
    others, place = beside(found), found.known["backend_set"]
    down, said = await failing(found)
    said += [setting.warning] if setting.warning else []
    if not setting.takes_out:
        said += (
            [f"it does not answer the health check of {place}: it gets no connections until it does"]
            if name in down
            else []
        )
        return setting.risk, Blast(summary=f"1 backend beside {len(others)} that serve"), tuple(said)
    left = [one for one in others if one not in down]
    share = percent(1, len(others) + 1)
    blast = Blast(
        percent=100 if not left else share, summary=f"1 of {len(others) + 1} backends that serve in {place}"
    )
    if left:
        return setting.risk, blast, tuple(said)
    what = (
        "no other backend serves"
        if not others
        else f"none of the other {len(others)} answers its health check"
    )
    return Risk.HIGH, blast, (f"{what} in {place}: nothing answers there any more", *said)
