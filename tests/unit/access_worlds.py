"""A tenancy of statements alone, for what is judged without asking anybody."""

from datetime import UTC, datetime

from tools.access.catalogue import catalogue
from tools.access.findings.world import Secret, World
from tools.access.holders import DYNAMIC, GROUP, Holder
from tools.access.judging import Line
from tools.oracle.compartments import Tree
from tools.oracle.policies import kept

ROOT = "ocid1.tenancy.oc1..root"
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def ident(name: str) -> str:
    return f"ocid1.compartment.oc1..{name}"


TREE = Tree(
    ROOT,
    [
        {
            "id": ident(name),
            "name": name,
            "compartmentId": ROOT if above == "root" else ident(above),
        }
        for name, above in (("shop", "root"), ("prod", "shop"), ("lab", "root"))
    ],
)
GROUPS = {"ocid1.group.oc1..a": "Administrators", "ocid1.group.oc1..d": "Devs", "ocid1.group.oc1..o": "Ops"}


def known(*texts: str, attached: str = ""):
    place = TREE.find(attached) if attached else TREE.root
    found = kept([Line("ocid1.policy.oc1..p", "p", place, number, text) for number, text in enumerate(texts)])
    assert not found.unread, found.unread
    return found.known


def group(name: str) -> Holder:
    key = next(key for key, one in GROUPS.items() if one == name)
    return Holder(GROUP, key, name, ((key, name),))


def dynamic(name: str, rule: str) -> Holder:
    return Holder(
        DYNAMIC, f"ocid1.dynamicgroup.oc1..{name}", name, ((f"ocid1.dynamicgroup.oc1..{name}", name),), rule
    )


def world(*texts: str, rules: dict[str, str] | None = None, **more) -> World:
    more.setdefault("dynamic", [dynamic(name, rule) for name, rule in (rules or {}).items()])
    more.setdefault("members", {"ocid1.group.oc1..a": ("u1",)})
    more.setdefault("secrets", [])
    more.setdefault("minimum", 14)
    return World(TREE, catalogue(), NOW, known(*texts), groups=GROUPS, **more)


def secret(kind: str, user: str, days: int | None) -> Secret:
    return Secret(kind, user, f"oci:{user}#{kind}/{days}", "a key", days)
