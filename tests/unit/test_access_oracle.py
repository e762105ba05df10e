"""The evaluator against one that knows nothing of it: generated tenancies, every answer compared, denies included. 2,000 in CI, 10,000 with --full (`make soak`).

The other evaluator works on what the statements were made from, never on their text, and reads the permission tables itself.
"""

import json
import random
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tools.access.answering import whole
from tools.access.catalogue import catalogue
from tools.access.effective import power
from tools.access.holders import USER, Holder
from tools.access.judging import Judge, Judged, Line
from tools.access.people import People
from tools.access.question import asked
from tools.oracle.compartments import Tree
from tools.oracle.policies import kept

TABLE = Path(__file__).parents[2] / "tools/access/tables/types.jsonl"
VERBS = ("inspect", "read", "use", "manage")
KINDS = ("instances", "volumes", "buckets", "secrets", "policies")
RAW = {row["type"]: row for row in map(json.loads, TABLE.read_text().splitlines()) if row["type"] in KINDS}
ALL = sorted({name for row in RAW.values() for verb in VERBS for name in row.get(verb, ())})
GROUPS = ("Administrators", "Devs", "Ops", "Net")
ROOT = "ocid1.tenancy.oc1..root"


class Made:
    """One tenancy: `parents` of compartments (0 is the root), groups of one user, statements as they were thought of."""

    def __init__(self, dice):
        self.dice = dice
        self.parents = [None, *(dice.randrange(number) for number in range(1, dice.randrange(2, 6)))]
        self.mine = {name for name in GROUPS if dice.random() < (0.15 if name == "Administrators" else 0.5)}
        self.statements = [self._statement() for _ in range(dice.randrange(1, 7))]

    def up(self, node):
        found = [node]
        while self.parents[found[-1]] is not None:
            found.append(self.parents[found[-1]])
        return found

    def _statement(self):
        dice = self.dice
        place = dice.randrange(len(self.parents))
        return {
            "deny": dice.random() < 0.3,
            "who": dice.choice(["any-user", "any-group"]) if dice.random() < 0.2 else sorted(dice.sample(GROUPS, dice.randrange(1, 3))),
            "verb": dice.choice(VERBS), "kind": dice.choice(KINDS), "list": sorted(dice.sample(ALL, 2)) if dice.random() < 0.4 else None,
            "place": place, "attached": dice.choice(self.up(place)), "id": dice.random() < 0.3,
            "where": dice.choice([None, None, "=", "!=", "in", "like", "region", "any", "all"]), "value": dice.sample(ALL, 2),
        }  # fmt: skip

    def text(self, one):
        who = one["who"] if isinstance(one["who"], str) else f"group {', '.join(one['who'])}"
        what = f"{{{', '.join(one['list'])}}}" if one["list"] else f"{one['verb']} {one['kind']}"
        where = f" where {self.condition(one)}" if one["where"] else ""
        said = f"{'Deny' if one['deny'] else 'Allow'} {who} to {what} in {self.spelled(one)}{where}"
        return said.replace(" to ", "  TO\t") if self.dice.random() < 0.2 else said

    def spelled(self, one):
        if one["place"] == 0:
            return "tenancy"
        if one["id"]:
            return f"compartment id {ident(one['place'])}"
        way = self.up(one["place"])
        names = [f"c{node}" for node in reversed(way[: way.index(one["attached"])])] or [
            f"c{one['attached']}"
        ]
        return f"compartment {':'.join(names)}"

    def condition(self, one):
        first, second = one["value"]
        return {
            "=": f"request.permission = '{first.lower()}'", "!=": f"request.permission != '{first}'",
            "in": f"request.permission in ('{first}', '{second}')", "like": f"request.permission = /{first[:4]}*/",
            "region": "request.region = 'phx'", "any": f"any {{request.permission = '{first}', request.region = 'phx'}}",
            "all": f"all {{request.permission != '{first}', request.region = 'phx'}}",
        }[one["where"]]  # fmt: skip

    def holds(self, one, name):
        """1: it does; 0: it does not; 0.5: who knows."""
        first, second = one["value"]
        match one["where"]:
            case None:
                return 1
            case "=":
                return int(name == first)
            case "!=":
                return int(name != first)
            case "in":
                return int(name in (first, second))
            case "like":
                return int(fnmatchcase(name, f"{first[:4]}*"))
            case "any":
                return 1 if name == first else 0.5
            case "all":
                return 0 if name == first else 0.5
            case _:
                return 0.5

    def level(self, name, node, groups):
        """1: surely may; 0.5: perhaps; 0: not. `groups`: whether only what names a group is a grant."""
        gives = takes = 0
        for one in self.statements:
            named = not isinstance(one["who"], str)
            if one["place"] not in self.up(node) or (named and not self.mine & set(one["who"])):
                continue
            if one["deny"]:
                takes = max(takes, min(self.denied(one, name), self.holds(one, name)))
            elif named or not groups:
                gives = max(gives, min(int(name in given(one)), self.holds(one, name)))
        if "Administrators" in self.mine:
            return gives
        return {0: gives, 0.5: min(gives, 0.5), 1: 0}[takes]

    @staticmethod
    def denied(one, name):
        if one["list"]:
            return int(name in one["list"])
        if name in RAW[one["kind"]].get(one["verb"], ()):
            return 1
        return 0.5 if name in given({**one, "verb": "manage"}) else 0


def given(one):
    if one["list"]:
        return set(one["list"])
    return {name for verb in VERBS[: VERBS.index(one["verb"]) + 1] for name in RAW[one["kind"]].get(verb, ())}


def ident(node):
    return f"ocid1.compartment.oc1..c{node}" if node else ROOT


def tree_of(made):
    return Tree(ROOT, [{"id": ident(n), "name": f"c{n}", "compartmentId": ident(above)} for n, above in enumerate(made.parents) if n])  # fmt: skip


@pytest.mark.timeout(300)
def test_the_evaluator_agrees_with_brute_force_on_every_tenancy(pytestconfig, record_property):
    count = 10_000 if pytestconfig.getoption("full") else 2_000
    dice = random.Random(5)
    compared = 0
    groups = {f"ocid1.group.oc1..{name.lower()}": name for name in GROUPS}
    for _ in range(count):
        made = Made(dice)
        tree = tree_of(made)
        lines = [
            Line("p", "p", tree.get(ident(one["attached"])), number, made.text(one))
            for number, one in enumerate(made.statements)
        ]
        node, name = dice.randrange(len(made.parents)), dice.choice(ALL)
        user = Holder(
            USER, "u", "ann", tuple((key, group) for key, group in groups.items() if group in made.mine)
        )
        known = kept(lines).known
        assert len(known) == len(lines), lines
        mine = [one for one in known if user.reached(one.local)]
        found = power(mine, tree.get(ident(node)), tree, catalogue(), exempt=user.exempt)
        wanted = {one: made.level(one, node, groups=False) for one in ALL}
        told = {one: 1 if one in found.sure else 0.5 if one in found.perhaps else 0 for one in ALL}
        assert told == wanted, [line.text for line in lines]
        people = People(
            groups, {}, {key: ("ann",) if group in made.mine else () for key, group in groups.items()}
        )
        judge = Judge(asked(name, "", catalogue()), tree.get(ident(node)), tree, catalogue())
        answer = whole([one for line in lines if isinstance(one := judge.judge(line), Judged)], people)
        said = 1 if "ann" in answer.sure else 0.5 if "ann" in answer.perhaps else 0
        assert said == made.level(name, node, groups=True), [name, *(line.text for line in lines)]
        compared += len(ALL) + 1
    record_property("figure", f"{compared:,} answers in {count:,} tenancies")
