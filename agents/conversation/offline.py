"""A turn answered without a model: the route is carried out and code writes the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agents.conversation.compose import answer, tool_answer
from agents.conversation.failing import ask_back, failed
from agents.conversation.investigate import PLAYBOOKS, diagnose, rollouts
from agents.conversation.ports import PlanLike
from agents.conversation.survey import survey
from agents.conversation.suspect import is_problem
from agents.conversation.talk import talk
from agents.conversation.work import Work
from agents.outcomes import Answer, Outcome, Question
from agents.planner import Kind, Route
from agents.planner.playbooks import IS_PROBLEM
from tools.oracle.compartments import no_tenancy

_INVESTIGATED = {"k8s_diagnose": diagnose, "k8s_unhealthy": survey, "k8s_rollouts": rollouts}


async def carry_out(work: Work) -> Outcome:
    """The outcome of the work's route. Never raises for what tools, people or the policy do."""
    outcome = await _carried_out(work)
    if isinstance(outcome, Question) and work.route.otherwise is not None:
        outcome = await _in_the_cloud(work, work.route.otherwise, outcome)
    return saying_what_is_left(outcome, work.route) if isinstance(outcome, Answer) else outcome


def saying_what_is_left(found: Answer, route: Route) -> Answer:
    """Half a wish is never dropped in silence."""
    if not route.left:
        return found
    return replace(found, notes=(*found.notes, f"I did not take up: {'; '.join(route.left)}."))


async def _in_the_cloud(work: Work, other: Route, asked: Question) -> Outcome:
    """No service is called so; an instance may be. Of neither, both are offered."""
    if not work.visible(other.tool):
        return asked
    called = await work.read(other.tool, other.args)
    if called.ok:
        return tool_answer(work, called)
    if called.kind == "ask" and called.ask is not None:
        instances = ask_back(work, called)
        options = tuple(dict.fromkeys((*asked.options[:5], *instances.options[:5])))
        said = asked.text.removesuffix("Which one?").rstrip(" .")
        return replace(asked, text=f"{said}. {instances.text}", options=options)
    if called.kind == "refused" or called.error == no_tenancy().reason:
        return asked
    return replace(asked, text=f"{asked.text} I could not look among the instances: {called.error}.")


async def _carried_out(work: Work) -> Outcome:
    route = work.route
    if route.kind is Kind.CHANGE:
        return await change(work)
    if route.kind is Kind.PLAYBOOK:
        run = is_problem if route.playbook == IS_PROBLEM else PLAYBOOKS[route.playbook]
        return await run(work)
    if route.kind is Kind.TOOL and route.tool in _INVESTIGATED:
        return await _INVESTIGATED[route.tool](work)
    if route.kind is Kind.TOOL:
        called = await work.read(route.tool, route.args)
        return tool_answer(work, called) if called.ok else failed(work, called)
    return await talk(work)


async def change(work: Work) -> Outcome:
    """A proposal; the turn ends with it."""
    route = work.route
    work.turn.taint.typed(route.args)  # code read them out of the requester's words and the service map
    plan = await work.propose(route.tool, route.args, reason=work.text.strip()[:300])
    return answer(work, proposed(plan)) if plan is not None else work.log.said_no[-1]


def proposed(plan: PlanLike) -> str:
    """One sentence about a plan; its card says the rest."""
    title = title_of(plan)
    return f"I propose: {title}. It waits as {plan.id} until people approve it on the card; nothing was changed yet.{replaces_of(plan)}"


def stored_proposal(work: Work) -> Answer:
    """The answer about a plan that this turn already stored."""
    title = work.log.titles[-1] if work.log.titles else "what you asked for"
    replaced = "".join(work.log.replaced)
    text = f"I propose: {title}. It waits as {work.log.plans[-1]} until people approve it on the card; nothing was changed yet.{replaced}"
    return saying_what_is_left(answer(work, text), work.route)


def title_of(plan: PlanLike) -> str:
    """The plan's own title, as sealed."""
    return str(_draft(plan).get("title") or plan.action.replace("_", " "))


def replaces_of(plan: PlanLike) -> str:
    """` It replaces plan ...`, to stand behind the sentence about the plan; empty where it took no plan's place."""
    return "".join(f" {text}" for text in (plan.outcome or {}).get("replaces") or ())


def warnings_of(plan: PlanLike) -> tuple[str, ...]:
    """What the action itself warns of, as sealed."""
    return tuple(str(text) for text in _draft(plan).get("warnings") or ())


def _draft(plan: PlanLike) -> Mapping[str, Any]:
    try:
        body = json.loads(plan.body)
    except ValueError:
        return {}
    draft = body.get("draft", body) if isinstance(body, dict) else {}
    return draft if isinstance(draft, dict) else {}
