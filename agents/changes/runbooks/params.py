"""The values that whoever runs a runbook gives, judged by what its file says of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from agents.changes.runbooks.file import Param, Runbook, misfit
from agents.policy.compile import hint
from tools.errors import AskBack

NUMBER = re.compile(r"-?[0-9]{1,9}")
FLAGS = {"true": True, "yes": True, "false": False, "no": False}


def values_of(runbook: Runbook, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter with its value. Raises AskBack for one that is unknown, missing or does not fit."""
    known = {param.name: param for param in runbook.file.params}
    for name in given:
        if name not in known:
            names = ", ".join(known) or "none"
            raise AskBack(
                f"{runbook.name} has no parameter {name[:40]!r}{hint(name, known)} (it has: {names})."
            )
    return {name: _value(runbook, param, given.get(name)) for name, param in known.items()}


def _value(runbook: Runbook, param: Param, given: Any) -> Any:
    value = typed(param, given) if given is not None else param.default
    if value is None:
        what = f" ({param.help})" if param.help else ""
        raise AskBack(f"{runbook.name} needs `{param.name}`{what}. Which one?")
    if problem := misfit(param, value):
        raise AskBack(f"`{param.name}` {problem}.")
    return value


def typed(param: Param, given: Any) -> Any:
    """What was typed as text, as the kind it is for; anything else as it is."""
    if not isinstance(given, str):
        return str(given) if param.kind == "text" and not isinstance(given, bool | dict | list) else given
    if param.kind == "number" and NUMBER.fullmatch(given):
        return int(given)
    if param.kind == "flag":
        return FLAGS.get(given.lower(), given)
    return given
