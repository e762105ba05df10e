"""Risky grants of a cluster: dangerous rules by who holds them, and bindings that are risky in themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.cluster.objects import annotated, labels, name
from tools.cluster.rbac import Binding
from tools.cluster.rights.access import BUILT_IN, Access, Held, held, subject
from tools.cluster.rights.dangers import LEVELS, NARROW_ON, Level, dangers, misspelt
from tools.spec import Json

ANYBODY = {"system:anonymous", "system:unauthenticated"}
EVERYBODY = {"system:authenticated", "system:serviceaccounts"}
PUBLIC = {"system:public-info-viewer", "kubeadm:bootstrap-signer-clusterinfo"}
HARMLESS = {"system:basic-user", "system:discovery", "system:public-info-viewer", "system:service-account-issuer-discovery"}  # fmt: skip
AGGREGATES = "rbac.authorization.k8s.io/aggregate-to-"
MASTERS = "system:masters"


@dataclass(slots=True)
class Risk:
    """One danger in the hands of one subject by one binding. `ref` is the evidence; `names` limit it to some objects."""

    slug: str
    level: Level
    subject_kind: str
    subject: str
    why: str
    what: str
    ref: str
    through: str
    namespace: str = ""
    names: tuple[str, ...] = ()
    details: list[str] = field(default_factory=list)

    @property
    def order(self) -> tuple[int, bool, bool, str, str]:
        return (LEVELS.index(self.level), bool(self.namespace), bool(self.names), self.subject, self.slug)


def risks(access: Access, *, everything: bool = False) -> list[Risk]:
    """Worst first. What the server's own bindings grant to its own parts is left out unless `everything`."""
    found = [*_rules(access, everything=everything), *_bindings(access), *_roles(access)]
    return sorted(found, key=lambda risk: risk.order)


def _own(access: Access, one: Held) -> bool:
    """The server's own parts, as the server binds them, and its own administrators."""
    ours = one.binding.kind == "ClusterRoleBinding" and one.binding.name in access.built_in
    return ours and one.subject.startswith("system:")


def _rules(access: Access, *, everything: bool) -> Iterator[Risk]:
    seen: dict[tuple[str, str, str], Risk] = {}
    for one in held(access):
        if not everything and _own(access, one):
            continue
        names = tuple(one.rule.get("resourceNames") or ())
        for danger in dangers(one.rule, one.namespace):
            key = (one.subject, one.binding.ref, danger.slug)
            if key not in seen:
                level = _narrowed(danger.level, names, one.namespace, danger.slug)
                seen[key] = Risk(danger.slug, level, one.subject_kind, one.subject, danger.why, words_of(one.rule), one.binding.ref, _through(one.binding), one.namespace, names)  # fmt: skip
            else:
                seen[key].details.append(words_of(one.rule))
        yield from _narrow_impersonation(one)
    yield from seen.values()


def _narrow_impersonation(one: Held) -> Iterator[Risk]:
    verbs = [verb for verb in one.rule.get("verbs") or [] if str(verb).startswith(NARROW_ON)]
    if verbs and {"*"} & {*(one.rule.get("resources") or []), *(v.rpartition(":")[2] for v in verbs)}:
        yield Risk("impersonate_on_anything", "high", one.subject_kind, one.subject, "what it may do as somebody else has no bound", words_of(one.rule), one.binding.ref, _through(one.binding), one.namespace)  # fmt: skip


def _narrowed(level: Level, names: tuple[str, ...], namespace: str, slug: str) -> Level:
    """Named objects alone are one step less; a token of any account anywhere leads to every right there is."""
    if names:
        return LEVELS[min(LEVELS.index(level) + 1, len(LEVELS) - 1)]
    return "critical" if slug in {"make_tokens", "read_secrets"} and not namespace else level


def _through(binding: Binding) -> str:
    place = f" in {binding.namespace}" if binding.namespace else ""
    return f"{binding.kind} {binding.name}{place} of {binding.role_kind} {binding.role}"


def words_of(rule: Json) -> str:
    """`get, list pods, secrets named tls`."""
    if urls := rule.get("nonResourceURLs"):
        return f"{', '.join((rule.get('verbs') or [])[:8])} {', '.join(urls[:6])}"
    resources = [
        f"{resource}.{group}" if group and group != "*" else resource
        for group in (rule.get("apiGroups") or [""])[:3]
        for resource in (rule.get("resources") or [])[:6]
    ]
    names = rule.get("resourceNames") or []
    only = (
        f" named {', '.join(names[:3])}" + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        if names
        else ""
    )
    return f"{', '.join((rule.get('verbs') or [])[:8])} {', '.join(resources[:8])}{only}"


def _bindings(access: Access) -> Iterator[Risk]:
    for binding in access.rules.bindings:
        yield from _subjects(access, binding)
        if access.rules.rules(binding) is None and _readable(access, binding):
            yield _of(binding, "dangling_role", "medium", "its role does not exist: whoever makes one of that name gives them its rights", binding.role)  # fmt: skip


def _readable(access: Access, binding: Binding) -> bool:
    return access.items.knows("roles" if binding.role_kind == "Role" else "clusterroles")


def _subjects(access: Access, binding: Binding) -> Iterator[Risk]:
    known = access.accounts if access.items.knows("serviceaccounts") else None
    ours = binding.kind == "ClusterRoleBinding" and binding.name in access.built_in
    for kind, named, space in binding.subjects:
        who = subject(kind, named, space or binding.namespace)
        if named in ANYBODY and binding.role not in PUBLIC and binding.name not in PUBLIC:
            yield _of(
                binding,
                "anybody",
                "critical",
                "needs no identity at all",
                "anonymous requests",
                who=who,
                kind=kind,
            )
        elif named == MASTERS and not ours:
            yield _of(binding, "masters", "critical", "the group is beyond every rule already; a binding of it hides who is in it", MASTERS, who=who, kind=kind)  # fmt: skip
        elif kind == "Group" and _wide(named) and binding.role not in HARMLESS:
            yield _of(
                binding, "everybody", "high", "everybody who has an account has it", named, who=who, kind=kind
            )
        elif kind == "ServiceAccount" and named == "default":
            yield _of(binding, "default_account", "medium", "every pod that names no account runs as this one", "the default account", who=who, kind=kind)  # fmt: skip
        elif kind == "ServiceAccount" and known is not None and _inside(access, binding, space) and who not in known and not ours:  # fmt: skip
            yield _of(binding, "dangling_account", "medium", "the account does not exist: whoever makes it gets the rights", named, who=who, kind=kind)  # fmt: skip


def _inside(access: Access, binding: Binding, space: str) -> bool:
    """Whether the accounts of that namespace were read at all."""
    spaces = {a.get("metadata", {}).get("namespace") for a in access.items.of("serviceaccounts")}
    return (space or binding.namespace) in spaces


def _wide(named: str) -> bool:
    return named in EVERYBODY or named.startswith("system:serviceaccounts:")


def _of(
    binding: Binding, slug: str, level: Level, why: str, what: str, *, who: str = "", kind: str = ""
) -> Risk:
    subjects = ", ".join(s[1] for s in binding.subjects[:3])
    return Risk(slug, level, kind or "binding", who or subjects, why, what, binding.ref, _through(binding), binding.namespace)  # fmt: skip


def _roles(access: Access) -> Iterator[Risk]:
    """Roles that widen the ones everybody knows, and rules that grant nothing because a name is wrong."""
    for role in access.items.of("clusterroles"):
        widens = [key.removeprefix(AGGREGATES) for key, on in labels(role).items() if key.startswith(AGGREGATES) and on == "true"]  # fmt: skip
        ref = f"k8s:{access.cluster}/-/clusterrole/{name(role)}#rules"
        if widens and BUILT_IN not in labels(role):
            hit = [d for rule in role.get("rules") or [] for d in dangers(rule, "x")]
            worst: Level = min((d.level for d in hit), key=LEVELS.index, default="low")
            yield Risk("widens", worst, "role", ", ".join(widens), "whoever holds the wider role gets this too, without any binding of it", f"{len(role.get('rules') or [])} rules", ref, f"ClusterRole {name(role)}")  # fmt: skip
    for plural in ("clusterroles", "roles"):
        for role in access.items.of(plural):
            if wrong := [each for rule in role.get("rules") or [] for each in misspelt(rule)]:
                space = role["metadata"].get("namespace", "")
                kind = plural.removesuffix("s")
                ref = f"k8s:{access.cluster}/{space or '-'}/{kind}/{name(role)}#rules"
                managed = " (managed elsewhere)" if "meta.helm.sh/release-name" in annotated(role) else ""
                yield Risk("grants_nothing", "low", "role", name(role), "no such resource in that API group: the rule grants nothing", ", ".join(wrong), ref, f"{kind} {name(role)}{managed}", space)  # fmt: skip
