"""A Job of a namespace: found, and what it has come to."""

from __future__ import annotations

from typing import Final

from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import condition, count, name
from tools.errors import AskBack, GiveUp
from tools.remediation.single import Single, single
from tools.services.where import Place
from tools.spec import Json

JOBS: Final = BY_PLURAL["jobs"]


async def job(place: Place, namespace: str, wanted: str) -> Single:
    """Raises AskBack naming those that there are."""
    try:
        return await single(place.api, JOBS, namespace, wanted)
    except GiveUp as error:
        known = (
            tuple(name(item) for item in await place.api.listing(JOBS, namespace)) if error.not_found else ()
        )
        if known:
            raise AskBack(f"There is no Job {wanted} in {namespace}. Which one?", known[:8]) from error
        raise


def state(item: Json) -> str:
    """`complete`, `failed`, `running: 1 active` or `waiting`."""
    for kind in ("Complete", "Failed"):
        if condition(item, kind).get("status") == "True":
            return kind.lower()
    active = count(item, "active")
    return f"running: {active} active" if active else "waiting"
