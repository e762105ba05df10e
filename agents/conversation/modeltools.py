"""A model's tool calls: reads through the gate with numbered evidence, searches for tools, proposals within the mandate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from agents.conversation.offline import replaces_of, title_of, warnings_of
from agents.conversation.steps import step, told
from agents.conversation.toolset import CALL, FIND, PROPOSE, misnamed
from agents.conversation.work import Work
from agents.gate.called import Called
from agents.gate.envelope import inline
from agents.outcomes import Failure, Question, Refusal
from tools.marks import spelled

LABEL_CHARS = 90
VALUE_CHARS = 80


async def run_tool(work: Work, call_id: str, name: str, args: Mapping[str, Any]) -> str:
    """What the model reads. The same call twice costs nothing and says so."""
    key = f"{name} {json.dumps(args, sort_keys=True, default=str)}"
    if key in work.log.done:
        work.log.repeats += 1
        return (
            f"You made this call before; its result is above. Do not repeat it.\n{work.log.done[key][:300]}"
        )
    work.log.done[key] = "(running)"
    text = await _run(work, call_id, name, args)
    work.log.done[key] = text
    return text


async def _run(work: Work, call_id: str, name: str, args: Mapping[str, Any]) -> str:
    if name == FIND:
        async with told(work.progress, step(FIND, {})):
            return work.toolset.find(str(args.get("query", "")))
    if name == CALL:
        inner, inner_args = str(args.get("name", "")), args.get("args")
        if inner in {FIND, CALL, PROPOSE} or not isinstance(inner_args, Mapping):
            return f"{CALL} takes the name of a tool that {FIND} named, and its arguments as an object."
        return await _read(work, call_id, inner, inner_args)
    if name == PROPOSE:
        return await _propose(work, args)
    return await _read(work, call_id, name, args)


async def _read(work: Work, call_id: str, name: str, args: Mapping[str, Any]) -> str:
    words = step(name, args) if name in work.tools else "is looking for a tool…"
    async with told(work.progress, words) as ended:
        called = await work.gate.call(work.turn, name, args)
        ended.well = called.ok
    await work.log.order.reached(call_id)
    marks = [f"[{number}]" for number in work.log.add(called)]
    text = spelled(called.text_for_model, marks)
    return f"{text}\n{_unmarked(called, text, marks)}".strip()


def _unmarked(called: Called, text: str, words: list[str]) -> str:
    """Evidence whose number stands nowhere in the text. What others wrote is named, not repeated, outside its envelope."""
    if called.result is None:
        return ""
    lines = []
    for word, item in zip(words, called.result.evidence, strict=False):
        if word not in text:
            value = "" if item.untrusted else f": {item.value[:VALUE_CHARS]}"
            lines.append(f"{word} {item.label[:LABEL_CHARS]}{value}")
    return f"Further evidence: {'; '.join(lines)}" if lines else ""


async def _propose(work: Work, args: Mapping[str, Any]) -> str:
    action, raw, reason = args.get("action"), args.get("args"), str(args.get("reason", ""))
    if not isinstance(action, str) or not isinstance(raw, Mapping):
        return f"{PROPOSE} takes action, args (an object) and reason."
    if work.log.plans:
        return "One change was proposed in this turn already. Answer the person now."
    if action not in work.toolset.actions:
        near = ", ".join(work.toolset.nearest(action)) or "nothing like it"
        return f"Not proposed: there is no action {action[:40]!r}; the nearest are {near}, {FIND} names their arguments. If none is what the person asked for, tell them that it is not possible."
    if wrong := misnamed(next(each for each in work.toolset.changes if each.name == action), raw):
        return f"Not proposed: {wrong}."
    wish = work.mandate.fitted(action, raw)
    if refused := work.mandate.refuses(action, wish):
        return (
            f"Not proposed: {refused}. Propose something else in this turn only if the person asked for that."
        )
    plan = await work.propose(action, wish, reason)
    if plan is not None:
        title = title_of(plan)
        work.log.titles.append(title)
        work.log.replaced.append(replaces_of(plan))
        warned = "".join(f" Warning: {text}." for text in warnings_of(plan))
        return f"Proposed: {title}. Its card is shown and waits for people.{replaces_of(plan)}{warned}"
    return _why_not(work.log.said_no[-1], work.turn.delimiter)


def _why_not(answer: Refusal | Question | Failure, delimiter: str) -> str:
    if isinstance(answer, Question):
        options = f" Options: {', '.join(answer.options)}." if answer.options else ""
        return f"Not proposed; a person must answer first: {answer.text}{options}"
    if isinstance(answer, Refusal):
        why = f" The reason given: {inline(answer.because, delimiter)}." if answer.because else ""
        who = "" if answer.because else f" Who may: {', '.join(answer.who_may) or 'unknown'}."
        return f"Not proposed; asking again will not help. {answer.text}{why}{who} Tell the person this."
    return f"Not proposed: {answer.what} {answer.next_step}"
