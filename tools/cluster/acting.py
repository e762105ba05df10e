"""For whom a write is sent: as the person who asked where the cluster lets the bot do that, else as the bot itself.

Only writes and their dry runs carry the person; what is read, and read back, is read as the bot.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict

from tools.errors import NotAllowed

if TYPE_CHECKING:
    from tools.cluster.api import Api

REVIEWS: Final = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
CLASSIC: Final = ("impersonate", "")
CONSTRAINED: Final = (
    "impersonate:user-info",
    "authentication.k8s.io",
)  # what is done as them is granted apart
KEPT_S: Final = 60.0


class Acting(BaseModel):
    """The person as the clusters know them. `where` are the clusters in which their plan was sealed to act as them.

    None: not sealed yet, so that each cluster is asked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    user: str
    groups: tuple[str, ...] = ()
    where: tuple[str, ...] | None = None

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Without the groups a person has none of the rights that these give."""
        return (("Impersonate-User", self.user), *(("Impersonate-Group", group) for group in self.groups))

    def same_person(self, other: Acting | None) -> bool:
        return other is not None and (self.user, self.groups) == (other.user, other.groups)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a call's writes, and the id of what asked for them, which the cluster's audit log then holds."""

    acting: Acting | None = None
    request: str = ""


class Lent:
    """Whom a cluster lets the bot act as, remembered for a minute."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, tuple[str, ...]], tuple[bool, float]] = {}

    async def may(self, api: Api, acting: Acting) -> bool:
        """Whether the bot may act as this person with all of these groups. Raises TryLater when nobody can say."""
        now = asyncio.get_running_loop().time()
        key = (acting.user, acting.groups)
        allowed, until = self._known.get(key, (False, 0.0))
        if until > now:
            return allowed
        allowed = await _all(api, acting, *CLASSIC) or await _all(api, acting, *CONSTRAINED)
        self._known[key] = (allowed, now + KEPT_S)
        return allowed


async def _all(api: Api, acting: Acting, verb: str, group: str) -> bool:
    asked = [("users", acting.user), *(("groups", name) for name in acting.groups)]
    for resource, name in asked:
        if not await _one(api, verb, group, resource, name):
            return False
    return True


async def _one(api: Api, verb: str, group: str, resource: str, name: str) -> bool:
    """Asked by name: a right that is limited to names answers no without one."""
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {
            "resourceAttributes": {"verb": verb, "group": group, "resource": resource, "name": name},
        },
    }
    try:
        answer = await api.create(REVIEWS, body)
    except NotAllowed:  # who may not even ask may not do it
        return False
    return bool((answer.get("status") or {}).get("allowed"))
