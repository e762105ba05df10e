"""`diagnose`: what is wrong in a namespace or with a workload, as findings. The same gate as everywhere.

Without `--as` it acts for whoever runs the command, as a reader of that one namespace and nothing else: the
kubeconfig is theirs anyway. The audit row says so.
"""

from __future__ import annotations

import asyncio
import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.cli.command import FINE, NOT_FINE, CannotRun, Command, json_option, person_option, print_json
from bot.cli.opening import actor_named, opened, os_user
from bot.cli.tool import readable, through_gate

if TYPE_CHECKING:
    from agents.people import Actor
    from agents.policy import Policy
    from bot.core import Core

OPERATOR = ("CLI", "OPERATOR")
READS = ("monitoring:read", "kubernetes:read", "kubernetes:logs")


def options(parser: ArgumentParser) -> None:
    parser.add_argument("--context", required=True, metavar="C", help="cluster, by kubeconfig context")
    parser.add_argument("--namespace", required=True, metavar="N", help="the namespace")
    parser.add_argument("--workload", metavar="W", help="name, or kind/name")
    person_option(parser, required=False)
    json_option(parser)
    parser.epilog = "Without --as it reads that one namespace for whoever runs it; the audit says so."


def run(parsed: Namespace) -> int:
    return asyncio.run(_diagnose(parsed))


async def _diagnose(parsed: Namespace) -> int:
    args = {"cluster": parsed.context, "namespace": parsed.namespace}
    kind, slash, name = (parsed.workload or "").rpartition("/")
    args |= {"name": name} if name else {}
    args |= {"kind": kind} if slash and kind else {}
    async with opened() as core:
        check_context(parsed.context, core.clients.clusters.names)
        actor = _who(core, parsed)
        called = await through_gate(core, actor, "k8s_diagnose", args)
    if called.result is None:
        print_json({"error": called.error, "kind": called.kind}) if parsed.json else print(called.error)
        return NOT_FINE
    if parsed.json:
        print_json([finding(item) for item in called.result.data["findings"]])
    else:
        print(readable(called.result))
    return FINE


def check_context(context: str, known: Sequence[str]) -> None:
    """A slip of the name is told apart from a place that one may not see; the kubeconfig is the operator's own."""
    if known and context not in known:
        raise CannotRun(
            f"--context: the kubeconfig has no context {context!r} (there are: {', '.join(known)})"
        )


def finding(found: dict[str, Any]) -> dict[str, Any]:
    """The fixed keys first: `{fault, object, since, evidence[], confidence, ruled_out[], actions[]}`."""
    fixed = ("fault", "object", "since", "evidence", "confidence", "ruled_out", "actions")
    return {**{key: found.get(key) for key in fixed}, **found}


def _who(core: Core, parsed: Namespace) -> Actor:
    from agents.people import Actor

    if parsed.person:
        return actor_named(core.policy.policy, parsed.person)
    core.policy.policy = reader_of(*READS, clusters=[parsed.context], namespaces=[parsed.namespace])
    team, user = OPERATOR
    return Actor(team, user, name=os_user(), os_user=os_user(), standing="member")


def reader_of(*permissions: str, **places: list[str]) -> Policy:
    """May read that and there, and change nothing."""
    from agents.policy import Policy
    from agents.policy.compile import compile_policy

    binding = {"subjects": ["person:operator"], "role": "reader", "channels": ["dm"], **places}
    text = {
        "version": 1,
        "people": [{"id": ":".join(OPERATOR), "name": "operator"}],
        "roles": {"reader": list(permissions)},
        "bindings": [binding],
    }
    return Policy(compile_policy(json.dumps(text)))


DIAGNOSE = Command("diagnose", "say what is wrong in a namespace, with evidence", run, options)
