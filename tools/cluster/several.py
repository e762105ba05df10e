"""Several kinds read at once: what may not be read is said, what the answer hangs on raises."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tools.cluster.api import Api, Reduce, without_noise
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import meta
from tools.errors import ToolError
from tools.spec import Json, Reach


@dataclass(slots=True)
class Several:
    """Objects by plural kind. A kind that is not a key was not read: nothing may be concluded from it."""

    items: dict[str, list[Json]] = field(default_factory=dict)
    unseen: list[str] = field(default_factory=list)

    def of(self, plural: str) -> list[Json]:
        return self.items.get(plural, [])

    def knows(self, plural: str) -> bool:
        return plural in self.items


async def several(
    api: Api,
    plurals: Iterable[str],
    namespace: str = "",
    *,
    reach: Reach | None = None,
    need: Iterable[str] = (),
    reduce: Mapping[str, Reduce] | None = None,
) -> Several:
    """All objects of each kind, in the namespace or in all that may be seen.

    Raises:
        ToolError: a kind of `need` could not be read. What failed of the others is in `unseen`.
    """
    wanted, needed = tuple(dict.fromkeys((*need, *plurals))), set(need)
    answers = await asyncio.gather(
        *(
            _one(api, plural, namespace, reach, (reduce or {}).get(plural, without_noise))
            for plural in wanted
        ),
        return_exceptions=True,
    )
    found = Several()
    for plural, answer in zip(wanted, answers, strict=True):
        if isinstance(answer, ToolError) and plural not in needed:
            found.unseen.append(f"{plural}: {answer.reason}")
        elif isinstance(answer, BaseException):
            raise answer
        else:
            found.items[plural] = answer
    return found


async def _one(api: Api, plural: str, namespace: str, reach: Reach | None, reduce: Reduce) -> list[Json]:
    kind = BY_PLURAL[plural]
    items = await api.listing(kind, namespace if kind.namespaced else "", reduce=reduce)
    if reach is None or not kind.namespaced:
        return items
    return [item for item in items if reach.namespace(api.name, str(meta(item).get("namespace", "")))]
