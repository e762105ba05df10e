"""A caller, and the groups that everybody of a sort is in."""

from dataclasses import dataclass, field
from typing import Final

AUTHENTICATED: Final = "system:authenticated"
UNAUTHENTICATED: Final = "system:unauthenticated"
MASTERS: Final = "system:masters"
ANONYMOUS_NAME: Final = "system:anonymous"


@dataclass(frozen=True)
class User:
    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: dict[str, list[str]] = field(default_factory=dict)


ANONYMOUS: Final = User(ANONYMOUS_NAME, (UNAUTHENTICATED,))


def person(name: str, groups: tuple[str, ...] = ()) -> User:
    """Somebody who proved a name."""
    return User(name, (*groups, AUTHENTICATED))


def service_account(namespace: str, name: str, uid: str = "") -> User:
    return User(
        f"system:serviceaccount:{namespace}:{name}", (*service_account_groups(namespace), AUTHENTICATED), uid
    )


def service_account_groups(namespace: str) -> tuple[str, str]:
    return ("system:serviceaccounts", f"system:serviceaccounts:{namespace}")


def split_service_account(user_name: str) -> tuple[str, str] | None:
    """(namespace, name) of a service account's user name."""
    parts = user_name.split(":")
    if len(parts) == 4 and parts[:2] == ["system", "serviceaccount"] and parts[2] and parts[3]:
        return parts[2], parts[3]
    return None
