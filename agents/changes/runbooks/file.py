"""A runbook as written in YAML. Every mistake names its line and key; unknown keys are mistakes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    TypeAdapter,
    ValidationError,
)

from agents.changes.runbooks.filling import named_in
from agents.policy.compile import hint
from agents.policy.marks import Document, read_document
from tools.plan import Action
from tools.spec import Risk

MAX_STEPS = 10
PLAIN = r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}"  # what a text may be whose pattern is not given


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a pattern: {error}") from error
    return text


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Param(Part):
    """One value that whoever runs it gives."""

    name: Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
    kind: Literal["text", "number", "flag"] = "text"
    pattern: Annotated[StrictStr, AfterValidator(_pattern)] | None = None
    min: StrictInt | None = None
    max: StrictInt | None = None
    default: str | int | bool | None = None
    help: StrictStr = ""


class StepPart(Part):
    """`after` names an earlier step whose change this one starts from; `risk` is the most that it may be then."""

    name: Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
    action: StrictStr
    args: dict[StrictStr, Any] = {}
    after: StrictStr | None = None
    risk: Risk | None = None


class RunbookFile(Part):
    version: Literal[1]
    summary: Annotated[StrictStr, Field(min_length=1, max_length=200)]
    params: tuple[Param, ...] = ()
    steps: Annotated[tuple[StepPart, ...], Field(min_length=1, max_length=MAX_STEPS)]


@dataclass(frozen=True, slots=True)
class Runbook:
    """`hash` is that of the file's text: a file that changed is another runbook."""

    name: str
    hash: str
    file: RunbookFile


def compile_runbook(name: str, text: str, actions: Mapping[str, Action[Any]]) -> Runbook:
    """Raises DocumentError naming line and key of the first mistake."""
    document = read_document(text)
    try:
        file = RunbookFile.model_validate(document.data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise document.error(_known(document, first["loc"]), _words(first)) from error
    _check_params(document, file)
    for number in range(len(file.steps)):
        _check_step(document, file, number, actions)
    _check_used(document, file)
    return Runbook(name, hashlib.sha256(text.encode()).hexdigest(), file)


def _known(document: Document, loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The part of pydantic's location that the file has, and the key that is too much or missing."""
    path: tuple[str | int, ...] = ()
    for part in loc:
        if (*path, part) not in document.lines:
            return (*path, part) if isinstance(part, str) and part != "[key]" else path
        path = (*path, part)
    return path


def _words(error: Mapping[str, Any]) -> str:
    kind = str(error["type"])
    known = {"extra_forbidden": "unknown key", "missing": "this key is required"}
    message = str(error["msg"]).removeprefix("Value error, ")
    return known.get(kind, message[:1].lower() + message[1:])


def _check_params(document: Document, file: RunbookFile) -> None:
    seen: set[str] = set()
    for n, param in enumerate(file.params):
        path: tuple[str | int, ...] = ("params", n)
        if param.name in seen:
            raise document.error((*path, "name"), f"duplicate parameter {param.name!r}")
        seen.add(param.name)
        if param.pattern is not None and param.kind != "text":
            raise document.error((*path, "pattern"), "only a text has a pattern")
        if param.kind != "number" and (param.min, param.max) != (None, None):
            raise document.error(path, "only a number has min and max")
        if param.default is not None and (problem := misfit(param, param.default)):
            raise document.error((*path, "default"), problem)


def _check_step(document: Document, file: RunbookFile, n: int, actions: Mapping[str, Action[Any]]) -> None:
    step, path = file.steps[n], ("steps", n)
    earlier = [s.name for s in file.steps[:n]]
    if step.name in earlier:
        raise document.error((*path, "name"), f"duplicate step {step.name!r}")
    if step.action not in actions:
        raise document.error((*path, "action"), f"unknown action {step.action!r}{hint(step.action, actions)}")
    if step.after is not None and step.after not in earlier:
        raise document.error((*path, "after"), f"no earlier step {step.after!r}{hint(step.after, earlier)}")
    fields = actions[step.action].args.model_fields
    params = {param.name for param in file.params}
    for key, value in step.args.items():
        if key not in fields:
            problem = f"{step.action} has no argument {key!r}{hint(key, fields)}"
            raise document.error((*path, "args", key), problem)
        _check_value(document, (*path, "args", key), value, fields[key], params)


def _check_value(
    document: Document, path: tuple[str | int, ...], value: Any, field: Any, params: set[str]
) -> None:
    try:
        used = named_in(value)
    except ValueError as error:
        raise document.error(path, str(error)) from error
    for name in sorted(used - params):
        raise document.error(path, f"unknown parameter {name!r}{hint(name, params)}")
    if used:
        return
    try:
        TypeAdapter(Annotated[field.annotation, field]).validate_python(value)
    except ValidationError as error:
        raise document.error(path, _words(error.errors(include_url=False)[0])) from error


def _check_used(document: Document, file: RunbookFile) -> None:
    used = {name for step in file.steps for value in step.args.values() for name in named_in(value)}
    for n, param in enumerate(file.params):
        if param.name not in used:
            raise document.error(("params", n, "name"), f"no step uses {param.name!r}")


def misfit(param: Param, value: object) -> str:
    """Why `value` is none for `param`; empty when it fits."""
    if param.kind == "flag":
        return "" if isinstance(value, bool) else "must be true or false"
    if param.kind == "number":
        return _misfit_number(param, value)
    if not isinstance(value, str):
        return "must be text; quote it"
    pattern = param.pattern or PLAIN
    return "" if re.fullmatch(pattern, value) else f"does not match {pattern}"


def _misfit_number(param: Param, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return "must be a whole number"
    if param.min is not None and value < param.min:
        return f"must be at least {param.min}"
    if param.max is not None and value > param.max:
        return f"must be at most {param.max}"
    return ""
