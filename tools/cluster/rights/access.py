"""Roles, bindings and service accounts of a cluster read once, and what each subject holds through them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tools.cluster.api import Api
from tools.cluster.objects import labels, meta, name
from tools.cluster.rbac import Binding, Rules
from tools.cluster.several import Several, several
from tools.errors import NotAllowed
from tools.spec import Json, Reach

PLURALS = ("roles", "clusterroles", "rolebindings", "clusterrolebindings", "serviceaccounts")
BUILT_IN = "kubernetes.io/bootstrapping"


@dataclass(frozen=True, slots=True)
class Access:
    """`built_in` are names of bindings that the server itself makes and keeps. `unseen` could not be read."""

    cluster: str
    rules: Rules
    items: Several
    built_in: frozenset[str]
    unseen: tuple[str, ...] = ()

    @property
    def accounts(self) -> dict[str, Json]:
        return {
            account(str(meta(a).get("namespace", "")), name(a)): a for a in self.items.of("serviceaccounts")
        }


@dataclass(frozen=True, slots=True)
class Held:
    """One rule that a subject holds through a binding; `namespace` empty: everywhere."""

    subject_kind: str
    subject: str
    binding: Binding
    rule: Json

    @property
    def namespace(self) -> str:
        return self.binding.namespace


async def read(api: Api, namespace: str, reach: Reach, *more: str) -> Access:
    """`more` are further kinds, kept in `items`.

    Raises:
        NotAllowed: neither roles nor bindings may be read.
    """
    found = await several(api, (*PLURALS, *more), namespace, reach=reach)
    if not any(found.knows(plural) for plural in PLURALS[:4]):
        raise NotAllowed("I may not read roles and bindings there", needs="list roles and bindings")
    rules = Rules.build(
        api.name,
        [*found.of("roles"), *found.of("clusterroles")],
        [*found.of("rolebindings"), *found.of("clusterrolebindings")],
    )
    ours = frozenset(name(b) for b in found.of("clusterrolebindings") if BUILT_IN in labels(b))
    return Access(api.name, rules, found, ours, tuple(found.unseen))


def account(namespace: str, named: str) -> str:
    return f"system:serviceaccount:{namespace}:{named}"


def subject(kind: str, named: str, namespace: str) -> str:
    return account(namespace, named) if kind == "ServiceAccount" else named


def held(access: Access) -> Iterator[Held]:
    """Everything that anybody holds, a rule at a time; members of groups are not known here."""
    for binding in access.rules.bindings:
        for rule in access.rules.rules(binding) or []:
            for kind, named, space in binding.subjects:
                yield Held(kind, subject(kind, named, space or binding.namespace), binding, rule)
