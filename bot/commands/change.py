"""`change ACTION key=value ...` and the short commands of single actions: propose, never more. The card is the reply."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from agents.outcomes import Answer, Outcome, Question
from agents.planner.saying.values import WORKLOAD, converted, fields_of
from agents.ranking import fitting
from bot.commands.context import Ctx
from bot.commands.grammar import Parsed
from bot.commands.near import nearest
from bot.commands.proposals import proposed
from bot.commands.reads import again
from bot.commands.target import target_of
from tools.plan import Action
from tools.registry import ACTIONS
from tools.spec import Table

BY_NAME: Mapping[str, Action[Any]] = {action.name: action for action in ACTIONS}
_NEXT_KEY = re.compile(r"\s+(?=[a-z_]+=)")


async def change(ctx: Ctx, parsed: Parsed) -> Outcome:
    name = parsed.word(0).lower().replace("-", "_")
    if not name:
        return _listed()
    action = BY_NAME.get(name)
    if action is None:
        return _no_such(parsed.word(0))
    args = _read(action, parsed.word(1))
    if isinstance(args, Question):
        return args
    return await _propose(ctx, parsed, action, args)


async def act(ctx: Ctx, parsed: Parsed) -> Outcome:
    """A short command: its words in their order, and its options, are the action's arguments."""
    action = BY_NAME[parsed.verb.action]
    takes = fields_of(action)
    args: dict[str, Any] = {key: value for key, value in parsed.flags.items() if key in takes}
    if beside := [key for key in parsed.flags if key not in takes and key != "reason"]:
        return Question(f"`{parsed.verb.name}` takes no --{beside[0]}. {_usage(action)}")
    for position, word in zip(parsed.verb.words, parsed.words, strict=False):
        key = position.rstrip("?.")
        if key == WORKLOAD:
            args |= {k: v for k, v in (await target_of(ctx, word, args)).items() if k in takes or k == "name"}
            continue
        value = converted(takes[key], word)
        if value is None:
            return Question(f"I cannot read {word[:40]!r} as {key}. For example: {parsed.verb.example}.")
        args[key] = value
    return await _propose(ctx, parsed, action, args)


async def _propose(ctx: Ctx, parsed: Parsed, action: Action[Any], args: dict[str, Any]) -> Outcome:
    try:
        action.args.model_validate(args)
    except ValidationError as wrong:
        return _lacking(action, wrong)
    reason = parsed.flags.get("reason") or f"asked by command: {ctx.request.text}"
    found = proposed(await ctx.core.changes.propose(ctx.turn, action.name, args, reason))
    if isinstance(found, Question) and parsed.verb.action:
        return replace(found, options=tuple(again(parsed, option) for option in found.options))
    return found


def _read(action: Action[Any], text: str) -> dict[str, Any] | Question:
    """`key=value` pairs; a value may hold spaces and further equals signs."""
    takes, args = fields_of(action), dict[str, Any]()
    for part in filter(None, _NEXT_KEY.split(text.strip())):
        key, equals, value = part.partition("=")
        if not equals or not value:
            return Question(f"I cannot read {part[:40]!r} as key=value. {_usage(action)}")
        if key not in takes:
            near = nearest(key, list(takes))
            hint = f" Did you mean {near[0]}?" if near else ""
            return Question(f"{action.name} takes no {key[:40]!r}.{hint} {_usage(action)}")
        if key in args:
            return Question(f"{key} is there more than once. {_usage(action)}")
        found = converted(takes[key], value)
        if found is None:
            return Question(f"I cannot read {value[:40]!r} as {key}. {_usage(action)}")
        args[key] = found
    return args


def _no_such(word: str) -> Question:
    names = nearest(word.lower().replace("-", "_"), list(BY_NAME))
    near = names or tuple(action.name for action in fitting(word.replace("_", " "), ACTIONS)[:3])
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    options = (*(f"change {name}" for name in near), "change")
    return Question(f"I know no change {word[:40]!r}.{hint} `change` lists them.", options)


def _lacking(action: Action[Any], wrong: ValidationError) -> Question:
    problems = []
    for error in wrong.errors():
        where = ".".join(str(part) for part in error["loc"])
        message = error["msg"].removeprefix("Value error, ")
        problems.append(
            f"{where} is missing" if error["type"] == "missing" else f"{where}: {message}".lstrip(": ")
        )
    text = "; ".join(problems)
    return Question(f"{text[:1].upper()}{text[1:]}. {_usage(action)}")


def _usage(action: Action[Any]) -> str:
    words = " ".join(_word(name, info) for name, info in _shown(action).items())
    example = f" In words: {action.examples[0]}." if action.examples else ""
    return f"Usage: change {action.name} {words}.{example}".replace(" .", ".")


def _word(name: str, info: FieldInfo) -> str:
    return f"{name}=…" if info.is_required() else f"[{name}=…]"


def _shown(action: Action[Any]) -> Mapping[str, FieldInfo]:
    """Required ones first."""
    return dict(sorted(fields_of(action).items(), key=lambda item: not item[1].is_required()))


def _listed() -> Answer:
    rows = tuple(
        (action.name, " ".join(_word(*item) for item in _shown(action).items()), action.summary)
        for action in ACTIONS
    )
    return Answer(
        f"{len(rows)} changes can be proposed. Each is a plan first, and people approve it.",
        tables=(Table("Changes", ("action", "arguments", "what it does"), rows),),
        model="no model",
    )
