"""Acting as somebody else: who asks for it in headers must be allowed to, name by name."""

from typing import Any, Final
from urllib.parse import unquote

from sandbox.cluster import errors
from sandbox.cluster.access.attributes import Attributes
from sandbox.cluster.access.rbac import Authorizer
from sandbox.cluster.identity.users import (
    ANONYMOUS_NAME,
    AUTHENTICATED,
    UNAUTHENTICATED,
    User,
    service_account_groups,
    split_service_account,
)

AUTHN: Final = "authentication.k8s.io"
EXTRA: Final = "impersonate-extra-"


def impersonated(caller: User, headers: Any, wanted: Attributes, authorizer: Authorizer) -> User:
    """The user to act as; the caller when nobody is named. `headers` has getall and items. 403 when refused."""
    name = headers.get("Impersonate-User", "")
    groups = tuple(headers.getall("Impersonate-Group", []))
    uid = headers.get("Impersonate-Uid", "")
    extra = _extra(headers)
    if not name:
        if groups or uid or extra:
            raise errors.internal("requested impersonation without impersonating a user")
        return caller
    asked = _asked(name, groups, uid, extra)
    if not _constrained(caller, name, asked, wanted, authorizer):
        _classic(caller, asked, authorizer)
    return _user(name, groups, uid, extra)


def _extra(headers: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in headers.items():
        if key.lower().startswith(EXTRA):
            found.setdefault(unquote(key[len(EXTRA) :]).lower(), []).append(value)
    return found


def _asked(name: str, groups: tuple[str, ...], uid: str, extra: dict[str, list[str]]) -> list[Attributes]:
    """One question for each thing that is impersonated, in the classic terms."""
    account = split_service_account(name)
    if account:
        who = Attributes("impersonate", "", "v1", "serviceaccounts", namespace=account[0], name=account[1])
    else:
        who = Attributes("impersonate", "", "v1", "users", name=name)
    asked = [who, *(Attributes("impersonate", "", "v1", "groups", name=group) for group in groups)]
    for key, values in extra.items():
        asked += [Attributes("impersonate", AUTHN, "v1", "userextras", key, name=value) for value in values]
    if uid:
        asked.append(Attributes("impersonate", AUTHN, "v1", "uids", name=uid))
    return asked


def _constrained(
    caller: User, name: str, asked: list[Attributes], wanted: Attributes, authorizer: Authorizer
) -> bool:
    """Constrained impersonation: both the identity and what is done as it must be granted."""
    mode = "serviceaccount" if split_service_account(name) else "user-info"
    for item in asked:
        question = Attributes(
            f"impersonate:{mode}", AUTHN, "v1", item.resource, item.subresource, item.namespace, item.name
        )
        if not authorizer.decide(caller, question).allowed:
            return False
    doing = wanted.doing(f"impersonate-on:{mode}:{wanted.verb}")
    if authorizer.decide(caller, doing).allowed:
        return True
    if all(authorizer.decide(caller, item).allowed for item in asked):
        return False  # the classic right is there as well
    raise refusal(caller, doing)


def _classic(caller: User, asked: list[Attributes], authorizer: Authorizer) -> None:
    for item in asked:
        verdict = authorizer.decide(caller, item)
        if not verdict.allowed:
            raise refusal(caller, item, verdict.reason)


def refusal(user: User, wanted: Attributes, reason: str = "") -> errors.ApiError:
    """The 403 of an authoriser, word for word."""
    sentence = wanted.sentence(user.name) + (f": {reason}" if reason else "")
    if wanted.path:
        return errors.ApiError(403, "Forbidden", f"forbidden: {sentence}", {})
    qualified = f"{wanted.resource}.{wanted.group}" if wanted.group else wanted.resource
    named = f' "{wanted.name}"' if wanted.name else ""
    details = {"name": wanted.name, "group": wanted.group, "kind": wanted.resource}
    shown = {key: value for key, value in details.items() if value}
    return errors.ApiError(403, "Forbidden", f"{qualified}{named} is forbidden: {sentence}", shown)


def _user(name: str, groups: tuple[str, ...], uid: str, extra: dict[str, list[str]]) -> User:
    account = split_service_account(name)
    if account and not groups:
        groups = service_account_groups(account[0])
    everybody = UNAUTHENTICATED if name == ANONYMOUS_NAME else AUTHENTICATED
    if everybody not in groups:
        groups = (*groups, everybody)
    return User(name, groups, uid, extra)
