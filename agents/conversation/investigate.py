"""The playbooks: a few reads in a sensible order, and the conclusion that their typed results carry."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agents.conversation import cloud
from agents.conversation.compose import answer, cite, tool_answer
from agents.conversation.failing import failed
from agents.conversation.places import name_of, where_of
from agents.conversation.survey import survey
from agents.conversation.work import Work
from agents.findings import Diagnosis, Fault, diagnosis_of, sentence, suggestion
from agents.gate.called import Called
from agents.headline import headline
from agents.outcomes import Answer, Outcome
from agents.planner import playbooks
from tools.marks import spelled
from tools.spec import Table

PROOF = 8  # lines under a conclusion: the diagnosis comes first, and nobody reads a dozen
# What tells more about a fault than the diagnosis did, by what went wrong.
_MORE: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    playbooks.WHY_SLOW: (("k8s_usage", {}), ("k8s_rollouts", {}), ("k8s_logs", {"level": "error"})),
    playbooks.WHY_DOWN: (("k8s_rollouts", {}), ("k8s_logs", {"level": "error"})),
    playbooks.WHY_FAILING: (("k8s_rollouts", {}), ("k8s_logs", {"level": "error"})),
}


async def why(work: Work) -> Outcome:
    """Why is it down, slow or failing? Diagnosis first; supporting reads only where there is a fault or nothing to see."""
    args = where_of(work)
    if not (args.get("service") or args.get("name")):
        return await survey(work)
    if cloud.alone(work):
        return await cloud.state(work)
    called, parts = await cloud.with_parts(work, work.look("k8s_diagnose", args))
    found = diagnosis_of(called)
    if found is None:
        return cloud.instead(work, called, parts) or failed(work, called)
    if found.first is not None:
        await _support(work)
        cloud.kept(work, parts)
        return cloud.added(conclusion(work, found, found.first), work, parts)
    cloud.kept(work, parts)
    if (told := cloud.found(work, parts)) is not None:
        return told
    return await (_unexplained(work, found) if found.unexplained else _nothing_wrong(work, found))


async def _support(work: Work) -> None:
    wanted = _MORE.get(work.route.playbook, ())
    window = {key: work.route.args[key] for key in ("since",) if key in work.route.args}
    where = where_of(work)
    await asyncio.gather(
        *(work.read(tool, {**where, **window, **extra}) for tool, extra in wanted if work.visible(tool))
    )


def conclusion(work: Work, found: Diagnosis, fault: Fault) -> Answer:
    """Cause in one sentence with its numbers, what else is wrong, what would mend it."""
    name = name_of(work)
    proof = [item for item in work.log.evidence if fault.proves(item)]
    lines = [sentence(fault.cause).rstrip(".") + cite(work.log.evidence, proof[:4]) + "."]
    if found.victim and found.victim != fault.workload:
        lines.append(f"{found.victim} is the victim, not the cause.")
    elif _elsewhere(work, fault, name):
        pods = "'s pods are ready; its metrics were not read, so I say no more of it."
        lines.append(f"{name}{pods if name in found.unmeasured else ' shows no fault of its own.'}")
    others = [other for other in found.faults if other is not fault][:2]
    lines += [f"Also: {sentence(other.cause)}" for other in others]
    words = suggestion(fault, name)
    if words:
        lines.append(f"To propose the change that fits, say “{words}”.")
    offers = [words, f"show me {name}'s last errors", f"what changed in {name}?"]
    told = answer(work, "\n".join(lines), suggestions=[offer for offer in offers if offer], lines=PROOF)
    return replace(told, tables=_diagnosed(work), could_not_see=(*told.could_not_see, *found.unseen))


def _diagnosed(work: Work) -> tuple[Table, ...]:
    """The diagnosis' own table; those of the reads that support it are a question away."""
    return next((c.result.tables for c in work.log.good if c.name == "k8s_diagnose" and c.result), ())


def _elsewhere(work: Work, fault: Fault, name: str) -> bool:
    """Whether the fault sits in another known service than the one asked about."""
    asked, faulty = work.catalog.find(name, "service"), work.catalog.find(fault.workload, "service")
    return bool(asked and faulty and asked[0].name != faulty[0].name)


async def _unexplained(work: Work, found: Diagnosis) -> Outcome:
    """Bad numbers without a fault behind them: said as that, with what else can be read."""
    await _support(work)
    name = name_of(work)
    text = f"I see that {name} is not well, but not why. {found.told}"
    return answer(work, text, suggestions=[f"what changed in {name}?", f"show me {name}'s last errors"])


async def _nothing_wrong(work: Work, found: Diagnosis) -> Outcome:
    """Healthy says healthy; what people call slow is measured before that is said."""
    name = name_of(work)
    if work.route.playbook == playbooks.WHY_SLOW:
        await _support(work)
    ready = ", ".join(f"{w.get('name')} {w.get('ready')}/{w.get('desired')}" for w in found.workloads[:4])
    lines = [
        f"{name} is healthy: nothing is wrong with what I checked{f' ({ready} pods ready)' if ready else ''}."
    ]
    risks = [risk for risk in found.findings if risk.severity == "risk"][:2]
    lines += [f"A risk, not a fault: {sentence(risk.cause)}" for risk in risks]
    if found.checked:
        lines.append(f"Checked: {'; '.join(found.checked[:6])}.")
    return answer(
        work, "\n".join(lines), suggestions=[f"show me {name}'s last errors", f"what changed in {name}?"]
    )


async def diagnose(work: Work) -> Outcome:
    """What is wrong with this workload or namespace: the diagnosis alone."""
    called = await work.read("k8s_diagnose", where_of(work))
    found = diagnosis_of(called)
    if found is None:
        return failed(work, called)
    if found.first is None:
        return await (_unexplained(work, found) if found.unexplained else _nothing_wrong(work, found))
    return conclusion(work, found, found.first)


async def overview(work: Work) -> Outcome:
    """One service at a glance: what it is, and whether it is well."""
    args = where_of(work)
    if not (args.get("service") or args.get("name")):
        return await survey(work)
    if cloud.alone(work):
        return await cloud.state(work)
    about, well = await asyncio.gather(_about(work, args), work.read("k8s_diagnose", args))
    found = diagnosis_of(well)
    name = name_of(work)
    if found is None:
        if about is None or about.result is None:
            return failed(work, well)
        return answer(
            work,
            f"I could not check whether {name} is healthy: {well.error}.\n{spelled(about.result.digest)[:600]}",
        )
    if found.first is not None:
        text = f"{name} is not well: {sentence(found.first.cause)}"
        text = (
            text.rstrip(".")
            + cite(work.log.evidence, [e for e in work.log.evidence if found.first.proves(e)][:3])
            + "."
        )
        offers = [f"why is {name} failing?", suggestion(found.first, name)]
    elif found.unexplained:
        text = f"{name} is not well, and I see no cause yet. {found.told}"
        offers = [f"what changed in {name}?", f"show me {name}'s last errors"]
    else:
        ready = ", ".join(f"{w.get('name')} {w.get('ready')}/{w.get('desired')}" for w in found.workloads[:4])
        text = f"{name} is healthy{f': {ready} pods ready' if ready else ''}."
        offers = [f"what changed in {name}?", f"show me {name}'s last errors"]
    if about is not None and about.result is not None and not about.result.untrusted:
        text += "\n" + "\n".join(
            line for line in spelled(about.result.digest).splitlines()[:4] if line.strip()
        )
    return answer(work, text, suggestions=[offer for offer in offers if offer])


async def _about(work: Work, args: dict[str, Any]) -> Called | None:
    return (
        await work.read("ops_service", args) if args.get("service") and work.visible("ops_service") else None
    )


async def what_changed(work: Work) -> Outcome:
    """Rollouts of the workload, or what the cluster reported where none was named; and what we changed ourselves."""
    args = {
        **where_of(work),
        **{key: work.route.args[key] for key in ("since", "until") if key in work.route.args},
    }
    if not (args.get("service") or args.get("name")):
        called, ours = await asyncio.gather(work.read("k8s_events", args), _ours(work, args))
    else:
        called, _, ours = await asyncio.gather(
            work.read("k8s_rollouts", args), work.read("k8s_events", args), _ours(work, args)
        )
    return _beside(work, called, ours) if called.ok else failed(work, called)


async def rollouts(work: Work) -> Outcome:
    """As the cluster tells them, and those of them that were ours."""
    args = work.route.args
    called, ours = await asyncio.gather(work.read("k8s_rollouts", args), _ours(work, args))
    return _beside(work, called, ours) if called.ok else failed(work, called)


def _beside(work: Work, called: Called, ours: str) -> Outcome:
    told = tool_answer(work, called)
    return replace(told, text=f"{told.text}\n{ours}") if ours else told


async def _ours(work: Work, args: Mapping[str, Any]) -> str:
    """In words, when there is something and the person may hear of it; nothing of ours is no part of the answer."""
    if not work.visible("ops_changes"):
        return ""
    called = await work.look("ops_changes", args)
    if called.result is None or not called.result.data.get("total"):
        return ""
    work.log.add(called)
    return headline("ops_changes", called.result)


async def safe_to_change(work: Work) -> Outcome:
    """Facts for a decision that people take: is it well now, what changed last, how would the change be undone."""
    args = where_of(work)
    called, _ = await asyncio.gather(work.read("k8s_diagnose", args), work.read("k8s_rollouts", args))
    found = diagnosis_of(called)
    if found is None:
        return failed(work, called)
    name, action = name_of(work), str(work.route.args.get("change", "rollout_restart"))
    words = {"rollout_undo": f"roll back {name}", "scale": f"scale {name} to 4"}.get(
        action, f"restart {name}"
    )
    return answer(work, _advice(found, name, action), suggestions=[words, f"why is {name} failing?"])


def _advice(found: Diagnosis, name: str, action: str) -> str:
    fault = found.first
    if found.unexplained:
        start = f"{name} is not well, but I see no cause, so I cannot say that it would help. {found.told}"
    elif fault is None:
        start = f"{name} is healthy now, so nothing calls for it."
    elif any(fit.get("action") == action for fit in fault.actions):
        start = f"It fits: {sentence(fault.cause)}"
    else:
        fits = ", ".join(str(fit.get("action")) for fit in fault.actions) or "no change that I can make"
        start = f"It would not remove the cause. {sentence(fault.cause)} What fits: {fits.replace('_', ' ')}."
    effects = {
        "rollout_restart": "A restart replaces the pods one after the other with the same software; it cannot be undone, and needs none.",
        "rollout_undo": "A rollback goes to the revision before, pod by pod, and can be undone the same way.",
        "scale": "Scaling changes the number of pods; fewer pods carry more load each, more pods need more connections and room.",
        "set_resources": "New requests or limits start new pods; a memory limit below what is used ends in OOM kills.",
    }
    effect = effects.get(action, "")
    return f"{start}\n{effect}\nI propose nothing by this; a plan shows the dry run and the pods it touches before anybody approves."


PLAYBOOKS = {
    playbooks.WHY_FAILING: why,
    playbooks.WHY_DOWN: why,
    playbooks.WHY_SLOW: why,
    playbooks.OVERVIEW: overview,
    playbooks.WHAT_CHANGED: what_changed,
    playbooks.SAFE_TO_CHANGE: safe_to_change,
}
