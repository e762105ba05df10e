"""Does a deny take away what is asked?

A deny of a list takes exactly that. Of a deny of a verb it is certain that it takes what this verb adds; whether it also
takes what lower or higher verbs add is not in my sources, so that is never concluded.
"""

from __future__ import annotations

from tools.access.catalogue import VERBS, Catalogue
from tools.access.covering import NOT, Cover, Covered, reached
from tools.access.question import Question
from tools.access.syntax import Association, Permissions, Verb


def taken(ability: Verb | Permissions | Association, ask: Question, tables: Catalogue) -> Covered:
    """WHOLE: it does. UNKNOWN: it may."""
    if isinstance(ability, Association):
        return NOT
    if isinstance(ability, Permissions):
        named = {one.text.upper() for one in ability.names.items} & ask.permissions
        if named:
            return Covered(Cover.WHOLE, (f"it denies {', '.join(sorted(named)[:3])}",))
        return NOT if ask.permissions else Covered(Cover.UNKNOWN, ("what it takes is not in my tables",))
    resource = tables.aliases.get(ability.resource.low, ability.resource.low)
    if (found := reached(resource, ask, tables)).cover in {Cover.NOT, Cover.UNKNOWN}:
        return found
    return _verb(ability.verb.low, resource, ask, tables)


def _verb(verb: str, resource: str, ask: Question, tables: Catalogue) -> Covered:
    sure = verb in VERBS and (
        any(one in tables.added(tables.expand(resource), verb) for one in ask.permissions)
        if ask.by_permission
        else VERBS.index(verb) <= VERBS.index(ask.verb)
    )
    if sure:
        return Covered(Cover.WHOLE, (f"it denies `{verb}`",))
    return Covered(Cover.UNKNOWN, (f"whether a deny of `{verb}` takes away the others is not in my tables",))
