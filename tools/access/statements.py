"""The statements of a policy. What is not in the grammar is refused with its position, never guessed.

Grammar: Oracle's policy syntax with what its documentation of deny, cross-tenancy and tag-based access adds.
"""

from __future__ import annotations

from typing import Final

from tools.access.conditions import condition
from tools.access.cursor import Cursor
from tools.access.syntax import (
    Association,
    ById,
    Definition,
    Grant,
    Listed,
    Name,
    Named,
    Ocid,
    Origin,
    Permissions,
    Place,
    Statement,
    Subject,
    Verb,
    Where,
    written,
)
from tools.access.tokens import Kind, Token, Unreadable, tokens

VERBS: Final = ("inspect", "read", "use", "manage")
DOCUMENTED: Final = (
    "launch",
)  # stands in an example of a deny in Oracle's documentation; what it covers does not
_STARTS: Final = ("allow", "deny", "endorse", "admit", "define")
_ALONE: Final = ("any-user", "any-group")
_NAMED: Final = ("group", "dynamic-group", "service")
_DEFINED: Final = ("tenancy", "group", "dynamic-group", "compartment")


def parse(text: str) -> Statement:
    """Raises Unreadable. What it returns writes out to exactly `text`."""
    cursor = Cursor(tokens(text))
    found = _definition(cursor) if cursor.is_word("define") else _grant(cursor)
    if written(found) != text:
        raise Unreadable(0, "a statement that can be written out again", "one that cannot")
    return found


def _definition(cursor: Cursor) -> Definition:
    return Definition(
        cursor.take(),
        cursor.word(*_DEFINED),
        _name(cursor),
        cursor.word("as"),
        _ocid(cursor),
        cursor.end(),
    )


def _grant(cursor: Cursor) -> Grant:
    first = cursor.word(*_STARTS)
    more = first.low == "deny" and cursor.is_word("endorse", "admit")
    effect = (first, cursor.take()) if more else (first,)
    last = effect[-1].low
    subject = _subject(cursor, admitted=last == "admit")
    to = cursor.word("to")
    ability = _ability(cursor, across=last in {"endorse", "admit"})
    place = None if isinstance(ability, Association) else _place(cursor, endorsed=last == "endorse")
    where = Where(cursor.take(), condition(cursor)) if cursor.is_word("where") else None
    return Grant(effect, subject, to, ability, place, where, cursor.end("" if where else "`where`"))


def _subject(cursor: Cursor, *, admitted: bool) -> Subject:
    kind = cursor.word(*_NAMED, *_ALONE, "resource")
    names: Listed[Named] | tuple[Token, ...] | None = None
    if kind.low in _NAMED:
        names = cursor.listed(lambda: _named(cursor))
    elif kind.low == "resource":
        names = (cursor.word(), cursor.word())
    return Subject(kind, names, _origin(cursor) if admitted else None)


def _origin(cursor: Cursor) -> Origin:
    of, kind = cursor.word("of"), cursor.word("tenancy", "any-tenancy")
    return Origin(of, kind, _name(cursor) if kind.low == "tenancy" else None)


def _named(cursor: Cursor) -> Named:
    if cursor.is_word("id") and cursor.after().kind is Kind.WORD:
        return ById(cursor.take(), _ocid(cursor))
    return _name(cursor)


def _name(cursor: Cursor) -> Name:
    first = _label(cursor)
    if not cursor.is_mark("/"):
        return Name(None, None, first)
    return Name(first, cursor.take(), _label(cursor))


def _label(cursor: Cursor) -> Token:
    if cursor.here.kind not in {Kind.WORD, Kind.TEXT}:
        raise cursor.wrong("a name")
    return cursor.take()


def _ocid(cursor: Cursor) -> Ocid:
    if not cursor.here.low.startswith(("ocid1.", "ocidv1")):
        raise cursor.wrong("an OCID")
    parts = [cursor.take()]
    while cursor.is_mark(":") and not cursor.here.before:
        parts += [cursor.take(), cursor.word()]
    return Ocid(tuple(parts))


def _ability(cursor: Cursor, *, across: bool) -> Verb | Permissions | Association:
    if cursor.is_mark("{"):
        return Permissions(cursor.take(), cursor.listed(cursor.word), cursor.mark("}"))
    if across and cursor.is_word("associate"):
        return Association(
            cursor.take(), cursor.word(), _place(cursor, endorsed=True),
            cursor.word("with"), cursor.word(), _place(cursor, endorsed=True),
        )  # fmt: skip
    if not cursor.is_word(*VERBS, *DOCUMENTED):
        more = ", `associate`" if across else ""
        raise cursor.wrong(f"`inspect`, `read`, `use`, `manage`{more} or a list of permissions in braces")
    return Verb(cursor.take(), cursor.word())


def _place(cursor: Cursor, *, endorsed: bool) -> Place:
    """Only an endorsement, and an association, reaches into a tenancy that it names."""
    word = cursor.word("in")
    kind = cursor.word("tenancy", "compartment", *(("any-tenancy",) if endorsed else ()))
    if kind.low == "compartment":
        if cursor.is_word("id") and cursor.after().kind is Kind.WORD:
            return Place(word, kind, ById(cursor.take(), _ocid(cursor)))
        return Place(word, kind, cursor.listed(lambda: _label(cursor), ":"))
    names = kind.low == "tenancy" and endorsed and cursor.here.kind in {Kind.WORD, Kind.TEXT}
    return Place(word, kind, _name(cursor) if names and not cursor.is_word("where", "with") else None)
