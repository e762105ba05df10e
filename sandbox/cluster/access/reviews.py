"""The review kinds: may somebody do something, what may I do, who am I."""

from typing import Any

from sandbox.cluster import errors
from sandbox.cluster.access.attributes import Attributes, Verdict
from sandbox.cluster.access.rbac import Authorizer
from sandbox.cluster.identity.users import User
from sandbox.cluster.metadata import Obj
from sandbox.cluster.resources import Resource

KINDS = frozenset(
    (
        "SelfSubjectAccessReview",
        "SubjectAccessReview",
        "LocalSubjectAccessReview",
        "SelfSubjectRulesReview",
        "SelfSubjectReview",
    )
)


def review(kind: Resource, body: Obj, user: User, namespace: str, authorizer: Authorizer) -> Obj:
    """The review with its status; nothing is stored."""
    spec: dict[str, Any] = body.get("spec") or {}
    match kind.kind:
        case "SelfSubjectReview":
            return _answer(kind, None, {"userInfo": user_info(user)})
        case "SelfSubjectRulesReview":
            return _answer(kind, spec, _rules(authorizer, user, spec.get("namespace", "")))
        case "SelfSubjectAccessReview":
            subject = user
        case _:
            subject = _subject(kind, spec)
    _check(kind, spec, namespace)
    return _answer(kind, spec, _status(authorizer.decide(subject, attributes(spec))))


def _answer(kind: Resource, spec: Obj | None, status: Obj) -> Obj:
    head: Obj = {"kind": kind.kind, "apiVersion": kind.group_version, "metadata": {}}
    return {**head, "spec": spec, "status": status} if spec is not None else {**head, "status": status}


def user_info(user: User) -> Obj:
    info: Obj = {"username": user.name}
    if user.uid:
        info["uid"] = user.uid
    info["groups"] = list(user.groups)
    if user.extra:
        info["extra"] = user.extra
    return info


def _status(verdict: Verdict) -> Obj:
    return {"allowed": verdict.allowed} | ({"reason": verdict.reason} if verdict.reason else {})


def attributes(spec: dict[str, Any]) -> Attributes:
    if plain := spec.get("nonResourceAttributes"):
        return Attributes(verb=plain.get("verb", ""), path=plain.get("path", ""))
    asked = spec["resourceAttributes"]
    return Attributes(
        verb=asked.get("verb", ""),
        group=asked.get("group", ""),
        version=asked.get("version", ""),
        resource=asked.get("resource", ""),
        subresource=asked.get("subresource", ""),
        namespace=asked.get("namespace", ""),
        name=asked.get("name", ""),
    )


def _subject(kind: Resource, spec: dict[str, Any]) -> User:
    """The user is taken as written: without groups it is in none, not even in system:authenticated."""
    if not spec.get("user") and not spec.get("groups"):
        text = 'Invalid value: "": at least one of user or group must be specified'
        raise errors.invalid(kind, "", [errors.cause("spec.user", text)])
    return User(spec.get("user", ""), tuple(spec.get("groups") or ()), spec.get("uid", ""))


def _check(kind: Resource, spec: dict[str, Any], namespace: str) -> None:
    both = "resourceAttributes" in spec, "nonResourceAttributes" in spec
    if both == (True, True):
        text = "Invalid value: cannot be specified in combination with resourceAttributes"
        raise errors.invalid(kind, "", [errors.cause("spec.nonResourceAttributes", text)])
    if both == (False, False):
        text = "Invalid value: exactly one of nonResourceAttributes or resourceAttributes must be specified"
        raise errors.invalid(kind, "", [errors.cause("spec.resourceAttributes", text)])
    if kind.kind == "LocalSubjectAccessReview":
        asked = (spec.get("resourceAttributes") or {}).get("namespace", "")
        if asked != namespace:
            text = f'Invalid value: "{asked}": must match metadata.namespace'
            raise errors.invalid(kind, "", [errors.cause("spec.resourceAttributes.namespace", text)])


def _rules(authorizer: Authorizer, user: User, namespace: str) -> Obj:
    if not namespace:
        raise errors.bad_request("no namespace on request")
    resource, plain = [], []
    for rule in authorizer.rules(user, namespace):
        shown = {
            key: rule[key] for key in ("verbs", "apiGroups", "resources", "resourceNames") if rule.get(key)
        }
        if rule.get("nonResourceURLs"):
            plain.append({"verbs": rule["verbs"], "nonResourceURLs": rule["nonResourceURLs"]})
        else:
            resource.append(shown)
    return {"resourceRules": resource, "nonResourceRules": plain, "incomplete": False}
