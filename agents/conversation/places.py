"""The target of a route, as arguments and as a name to say."""

from __future__ import annotations

from typing import Any

from agents.conversation.work import Work


def where_of(work: Work) -> dict[str, Any]:
    keys = ("service", "cluster", "namespace", "kind", "name")
    return {key: work.route.args[key] for key in keys if key in work.route.args}


def name_of(work: Work) -> str:
    args = work.route.args
    return str(args.get("service") or args.get("name") or args.get("namespace") or "it")
