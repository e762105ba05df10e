"""`actions`: the catalogue of changes that can be proposed."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from bot.cli.command import FINE, Command, columns, json_option, print_json

if TYPE_CHECKING:
    from tools.plan import Action


def run(parsed: Namespace) -> int:
    from tools.registry import ACTIONS as REGISTERED

    if parsed.json:
        print_json([entry(action) for action in REGISTERED])
        return FINE
    print(columns((a.name, a.risk.value, _undo(a), a.summary) for a in REGISTERED))
    return FINE


def entry(action: Action[Any]) -> dict[str, Any]:
    return {
        "name": action.name,
        "summary": action.summary,
        "risk": action.risk.value,
        "writes": list(action.writes),
        "reads": list(action.reads),
        "reversible": action.reversible,
        "verified": action.verified,
        "needs": {"oci": list(action.needs_oci), "kubernetes": list(action.needs_kubernetes)},
        "permission": action.permission,
        "schema": action.args.model_json_schema(),
        "examples": list(action.examples),
    }


def _undo(action: Action[Any]) -> str:
    return "can be undone" if action.reversible else "cannot be undone"


ACTIONS = Command("actions", "list the changes that can be proposed", run, json_option)
