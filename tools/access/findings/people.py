"""CIS 1.4, 1.7 to 1.10, 1.12, 1.13, 1.16, 1.17: users and what they sign in with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

from tools.access.findings.world import CannotTell, Check, Finding, Proof, World, text
from tools.access.people import one_factor
from tools.reads.digest import token
from tools.spec import Json

OLD_DAYS: Final = 90
IDLE_DAYS: Final = 45
LENGTH: Final = 14


def named(user: str) -> str:
    return token(user, "a user with an unusual name")


def console(user: Json) -> bool:
    """May sign in to the console; what Oracle does not say counts as may."""
    allowed = (user.get("capabilities") or {}).get("canUseConsolePassword")
    return allowed is not False and text(user, "lifecycleState") in {"", "ACTIVE"}


def _of_users(fits: Callable[[Json], bool], says: str, key: str) -> Check:
    def run(world: World) -> Iterator[Finding]:
        for one in world.users:
            if console(one) and fits(one):
                proof = Proof(f"oci:{text(one, 'id')}#{key}", f"{key} is {one.get(key)!r}")
                yield Finding(f"{named(text(one, 'name'))} {says}", (proof,))

    return run


second_factor = _of_users(one_factor, "signs in without a second factor", "isMfaActivated")  # fmt: skip
mail = _of_users(lambda one: "@" not in text(one, "email"), "has no e-mail address", "email")


def aged(kind: str, called: str) -> Check:
    def run(world: World) -> Iterator[Finding]:
        for one in world.secrets_of(kind):
            if one.days is not None and one.days > OLD_DAYS:
                proof = Proof(one.ref, f"{one.label} is {one.days} days old")
                yield Finding(f"{named(one.user)} has {called} of {one.days} days", (proof,))

    return run


def keys_of_administrators(world: World) -> Iterator[Finding]:
    admins = set(world.administrators())
    names = {text(one, "name") for one in world.users if text(one, "id") in admins}
    for one in world.secrets_of("api-key"):
        if one.user in names:
            yield Finding(
                f"{named(one.user)}, an administrator, has an API key", (Proof(one.ref, one.label),)
            )


def several_keys(world: World) -> Iterator[Finding]:
    found = world.secrets_of("api-key")
    for user, count in sorted(Counter(one.user for one in found).items()):
        if count > 1:
            proofs = tuple(Proof(one.ref, one.label) for one in found if one.user == user)
            yield Finding(f"{named(user)} has {count} active API keys", proofs)


def idle(world: World) -> Iterator[Finding]:
    """By the last sign-in to the console: when keys were last used is not shown."""
    told = [one for one in world.users if console(one) and text(one, "lastSuccessfulLoginTime")]
    if not told:
        raise CannotTell("when users last signed in is not shown to me")
    for one in told:
        days = (world.now - datetime.fromisoformat(text(one, "lastSuccessfulLoginTime"))).days
        if days > IDLE_DAYS:
            proof = Proof(f"oci:{text(one, 'id')}#lastSuccessfulLoginTime", f"{days} days ago")
            yield Finding(f"{named(text(one, 'name'))} has not signed in for {days} days", (proof,))


def length(world: World) -> Iterator[Finding]:
    """Of the tenancy itself; identity domains have policies of their own, which are not shown here."""
    if world.minimum is None:
        raise CannotTell("the password policy is not shown to me")
    if world.minimum < LENGTH:
        proof = Proof(f"oci:{world.tree.root.id}#authenticationPolicy.passwordPolicy.minimumPasswordLength", str(world.minimum))  # fmt: skip
        yield Finding(f"passwords need {world.minimum} characters, not {LENGTH}", (proof,))


def not_shown(what: str) -> Check:
    def run(_: World) -> Iterable[Finding]:
        raise CannotTell(what)

    return run


def principals(world: World) -> Iterator[Finding]:
    if not world.dynamic:
        yield Finding(
            "there is no dynamic group: what calls Oracle Cloud from inside it does so with users' keys"
        )
