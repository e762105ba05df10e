"""What changed since the last digest, first: facts of now against those that were remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agents.digests.digest import KEPT, KINDS, SHOWN, Area, Digest, Fact, Item, Part, Snapshot

NAMED = 3  # of what stands, in the one line of a digest in which nothing happened


@dataclass(frozen=True, slots=True)
class _Compared:
    area: Area
    new: tuple[Item, ...] = ()
    changed: tuple[Item, ...] = ()
    gone: tuple[Item, ...] = ()
    same: tuple[Fact, ...] = ()


def compared(
    kind: str,
    areas: Sequence[Area],
    former: Snapshot | None,
    since: datetime,
    problems: Sequence[str],
    *,
    head: str = "",
    always: bool = False,
) -> Digest:
    """`former`: what the last one saw, None where there was none. `always`: what stands is shown although nothing changed."""
    found = [_compare(area, former.get(area.title) if former is not None else None) for area in areas]
    news = [*_parts(found, "New", "new"), *_parts(found, "Changed", "changed"), *_gone(found)]
    standing = _standing(found, first=former is None)
    seen = _remembered(areas, former or {})
    if not news and not (always or former is None):
        return Digest(KINDS[kind], _nothing(found, since, problems), (), tuple(problems), seen=seen)
    parts = (*news, *standing)
    text = head or _counts(parts, since, problems) if parts else _nothing(found, since, problems)
    return Digest(KINDS[kind], text, parts, tuple(problems), seen=seen)


def _compare(area: Area, before: Mapping[str, tuple[str, str]] | None) -> _Compared:
    if not area.read:
        return _Compared(area)
    if area.events:
        return _Compared(area, new=tuple(fact.item for fact in area.facts))
    if before is None:
        return _Compared(area, same=area.facts)
    keys = {fact.key for fact in area.facts}
    new = [fact.item for fact in area.facts if fact.key not in before]
    moved = [fact for fact in area.facts if fact.key in before and _moved(fact, before[fact.key][0])]
    same = [fact for fact in area.facts if fact.key in before and fact not in moved]
    changed = [_changed(fact, before[fact.key][0]) for fact in moved]
    gone = [Item(text) for key, (_, text) in before.items() if key not in keys]
    return _Compared(area, tuple(new), tuple(changed), tuple(gone), tuple(same))


def _moved(fact: Fact, before: str) -> bool:
    return bool(fact.state) and fact.state != before


def _changed(fact: Fact, before: str) -> Item:
    item = fact.item
    return Item(f"{item.text} (before: {before or 'unknown'})", item.channel, item.ts, item.lead, item.offer)


def _parts(found: Iterable[_Compared], word: str, which: str) -> list[Part]:
    made = ((one.area, getattr(one, which)) for one in found)
    return [_part(area.title if area.events else f"{word}: {area.title}", items, area.more) for area, items in made if items]  # fmt: skip


def _gone(found: Iterable[_Compared]) -> list[Part]:
    """Where parts could not be read, what is missing may be among those."""
    return [
        _part(f"No longer{'' if one.area.whole else ' seen (parts could not be read)'}: {one.area.title}", one.gone, one.area.more)
        for one in found
        if one.gone
    ]  # fmt: skip


def _standing(found: Iterable[_Compared], *, first: bool) -> list[Part]:
    return [_stands(one.area, one.same, "" if first else "As before: ") for one in found if one.same]


def _stands(area: Area, same: Sequence[Fact], word: str) -> Part:
    if area.quiet:
        told = f"{len(same)} in all, as far as I may see; told is what comes and what goes"
        return Part(f"{word}{area.title}", (Item(told, lead=area.more),))
    return _part(f"{word}{area.title}", tuple(fact.item for fact in same), area.more)


def _part(title: str, items: Sequence[Item], more: str) -> Part:
    return Part(title, tuple(items[:SHOWN]), max(0, len(items) - SHOWN), more)


def _counts(parts: Sequence[Part], since: datetime, problems: Sequence[str]) -> str:
    said = "; ".join(f"{part.title} {len(part.items) + part.left}" for part in parts)
    return f"{said} (since {since:%F %H:%M} UTC{', of what could be seen' if problems else ''})."


def _nothing(found: Iterable[_Compared], since: datetime, problems: Sequence[str]) -> str:
    seen = " in what could be seen" if problems else ""
    stands = [_named(one) for one in found if one.same]
    still = f" As before: {'; '.join(stands)}." if stands else ""
    return f"Nothing new{seen} since {since:%F %H:%M} UTC.{still}"


def _named(one: _Compared) -> str:
    """How many, and the first by name: what a fact says before its first colon."""
    names = [fact.text.partition(":")[0][:60] for fact in one.same[:NAMED]]
    more = f" and {len(one.same) - NAMED} more" if len(one.same) > NAMED else ""
    return f"{one.area.title.lower()} {len(one.same)} ({', '.join(names)}{more})"


def _remembered(areas: Iterable[Area], former: Snapshot) -> Snapshot:
    """What could not be read is remembered as it was, so that it neither goes nor comes by that."""
    kept: dict[str, dict[str, tuple[str, str]]] = {}
    for area in areas:
        if area.events:
            continue
        if area.read:
            kept[area.title] = {fact.key: (fact.state, fact.text) for fact in area.facts[:KEPT]}
        elif area.title in former:
            kept[area.title] = {key: (state, text) for key, (state, text) in former[area.title].items()}
    return kept
