"""Options by which a person tells things of one name apart; sent back as they are, each means one thing alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from tools.oracle.where import Where, text_of
from tools.spec import Json

OFFERED: Final = 10


def placed(where: Where, item: Json) -> str:
    """`web-1 in shop/prod, eu-frankfurt-1`."""
    name = text_of(item, "displayName") or text_of(item, "name")
    return f"{name} in {where.path(item)}, {text_of(item, 'region')}"


def options(items: Sequence[Json], told: Callable[[Json], str]) -> tuple[str, ...]:
    """By what `told` says of each; where that is said of several, with the OCID."""
    return tuple(_labels(items, told)[:OFFERED])


def chosen(items: Sequence[Json], wanted: str, told: Callable[[Json], str]) -> list[Json]:
    """Those of whom `wanted` is the option: one, or none."""
    low = wanted.strip().lower()
    return [item for item, label in zip(items, _labels(items, told), strict=True) if label.lower() == low]


def _labels(items: Sequence[Json], told: Callable[[Json], str]) -> list[str]:
    said = [told(item) for item in items]
    often = Counter(said)
    return [text if often[text] == 1 else f"{text}, {_ident(item)}" for text, item in zip(said, items, strict=True)]  # fmt: skip


def _ident(item: Json) -> str:
    return text_of(item, "identifier") or text_of(item, "id")
