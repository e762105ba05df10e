"""`policy test` and `policy diff`: what a policy says about a person and a place, and what a new one would change."""

from __future__ import annotations

import dataclasses
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.command import (
    FINE,
    NOT_FINE,
    CannotRun,
    Command,
    json_option,
    person_option,
    print_json,
)
from bot.cli.opening import actor_named, read_settings

if TYPE_CHECKING:
    from agents.people import Actor, Place
    from agents.policy import Decision, Policy
    from tools.spec import Risk, Scope

WORKSPACE = "T0"


def test_options(parser: ArgumentParser) -> None:
    parser.add_argument("what", metavar="WHAT", help="a permission, or the name of a tool or an action")
    person_option(parser, required=False)
    parser.add_argument("--channel", metavar="ID", help="the channel; left out, a direct message")
    parser.add_argument("--cluster", default="", metavar="NAME")
    parser.add_argument("--namespace", default="", metavar="NAME")
    parser.add_argument("--compartment", default="", metavar="PATH")
    parser.add_argument("--risk", default="", metavar="RISK", help="low, medium, high or critical")
    parser.add_argument("--file", type=Path, metavar="FILE", help="another policy than POLICY_FILE")
    json_option(parser)


def diff_options(parser: ArgumentParser) -> None:
    parser.add_argument("old", type=Path, metavar="OLD", help="a policy file")
    parser.add_argument("new", type=Path, metavar="NEW", help="another")
    json_option(parser)


def policy_at(path: Path | None) -> Policy:
    """Raises CannotRun naming line and key."""
    from agents.policy import PolicyError, load_policy
    from agents.policy.probes import Pretend

    try:
        return load_policy(path, Pretend())
    except PolicyError as error:
        raise CannotRun(str(error)) from error


def run_test(parsed: Namespace) -> int:
    """Fine when the person may; without a person, when anybody listed may."""
    policy = policy_at(parsed.file or read_settings().policy_file)
    permission, tool, risk = _asked(parsed)
    scope, place = _where(parsed)
    people = [actor_named(policy, parsed.person)] if parsed.person else _everybody(policy)
    found = [(actor, policy.decide(actor, place, permission, scope, tool, risk=risk)) for actor in people]
    if parsed.json:
        print_json([_as_json(policy, actor, decision) for actor, decision in found])
    else:
        print("\n".join(_line(policy, actor, decision, permission) for actor, decision in found))
    return FINE if any(decision.allow for _, decision in found) else NOT_FINE


def _asked(parsed: Namespace) -> tuple[str, str, Risk]:
    """Permission, tool and risk. Raises CannotRun for a word that is none of them."""
    import difflib

    from agents.policy import Permission
    from tools.registry import ACTIONS, TOOLS
    from tools.spec import Risk

    if parsed.risk and parsed.risk not in {risk.value for risk in Risk}:
        raise CannotRun(f"--risk: one of {', '.join(risk.value for risk in Risk)}")
    known = {tool.name: (tool.permission, tool.risk) for tool in TOOLS}
    known |= {action.name: (action.permission, action.risk) for action in ACTIONS}
    if parsed.what in known:
        permission, risk = known[parsed.what]
        return permission, parsed.what, Risk(parsed.risk or risk)
    if parsed.what in set(Permission):
        return parsed.what, "", Risk(parsed.risk or Risk.LOW)
    near = difflib.get_close_matches(parsed.what, [*Permission, *known], n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise CannotRun(f"WHAT: {parsed.what!r} is no permission, tool or action{hint}")


def _where(parsed: Namespace) -> tuple[Scope, Place]:
    from agents.people import Place
    from tools.spec import Scope

    scope = Scope(cluster=parsed.cluster, namespace=parsed.namespace, compartment=parsed.compartment)
    if parsed.channel and parsed.channel != "dm":
        return scope, Place(WORKSPACE, parsed.channel, "")
    return scope, Place(WORKSPACE, "D0", "", kind="dm")


def _everybody(policy: Policy) -> list[Actor]:
    """People, and each Slack group as whom it stands for."""
    from agents.policy.probes import account_of

    accounts = {person.id: person.name for person in policy.people}
    accounts |= {account_of(g): f"Slack group {g}" for b in policy.bindings for g in b.usergroups}
    if not accounts:
        raise CannotRun("the policy names nobody")
    return [_actor(account, name) for account, name in accounts.items()]


def _actor(account: str, name: str) -> Actor:
    from agents.people import Actor

    team, _, user = account.rpartition(":")
    return Actor(team, user, name=name, standing="member")


def _line(policy: Policy, actor: Actor, decision: Decision, permission: str) -> str:
    word = "yes" if decision.allow else "no "
    return f"{word}  {actor.name or actor.id}: {permission}, {decision.reason} ({_rule(policy, decision)})"


def _rule(policy: Policy, decision: Decision) -> str:
    binding = policy.rule(decision.rule_id)
    return f"{decision.rule_id}, line {binding.line}" if binding else decision.rule_id


def _as_json(policy: Policy, actor: Actor, decision: Decision) -> dict[str, object]:
    binding = policy.rule(decision.rule_id)
    return {
        "person": actor.name or actor.id,
        "account": actor.id,
        "allow": decision.allow,
        "rule": decision.rule_id,
        "line": binding.line if binding else None,
        "reason": decision.reason,
        "who_may": list(decision.who_may),
    }


def run_diff(parsed: Namespace) -> int:
    """Fine when nobody gains or loses anything."""
    from agents.policy.diff import differences, other_keys

    old, new = policy_at(parsed.old), policy_at(parsed.new)
    found, others = differences(old, new), other_keys(old, new)
    if parsed.json:
        print_json({"rights": [dataclasses.asdict(line) for line in found], "other_keys": others})
    else:
        print("\n".join(str(line) for line in found) or "nobody gains or loses a right")
        if others:
            print(f"also changed: {', '.join(others)}")
    return NOT_FINE if found else FINE


def check_options(parser: ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="another policy than POLICY_FILE")
    json_option(parser)


def run_check(parsed: Namespace) -> int:
    """The file and its teams' files, as the bot would read them."""
    from agents.policy import PolicyError, load_policy
    from tools.registry import ACTIONS

    path = parsed.file or read_settings().policy_file
    if path is None:
        raise CannotRun("POLICY_FILE: missing; or name a file")
    try:
        policy = load_policy(path, actions=[action.name for action in ACTIONS])
    except PolicyError as error:
        if parsed.json:
            print_json({"ok": False, "problem": str(error)})
        else:
            print(f"WRONG {error}")
        return NOT_FINE
    found = {"people": len(policy.people), "bindings": len(policy.bindings), "teams": len(policy.file.teams)}
    if parsed.json:
        print_json({"ok": True, "hash": policy.hash, **found})
    else:
        print("fine: " + ", ".join(f"{many} {name}" for name, many in found.items()))
    return FINE


POLICY = Command(
    "policy",
    "ask a policy, and say what a new one would change",
    subs=(
        Command("check", "read a policy and its teams' files, naming line and key", run_check, check_options),
        Command("test", "say who may do something somewhere, and by which binding", run_test, test_options),
        Command("diff", "say who gains and who loses what with a new policy", run_diff, diff_options),
    ),
)
