"""Conditions, as they stand after `where` and in the rules of dynamic groups."""

from __future__ import annotations

from typing import Final

from tools.access.cursor import Cursor
from tools.access.syntax import Comparison, Condition, Group, Presence, Rule, Sets, Values, written
from tools.access.tokens import Kind, Token, Unreadable, tokens

_SETS: Final = ("sets-intersect", "sets-equal")
_OPERATORS: Final = "`=`, `!=`, `in`, `not in`, `before`, `after` or `between`"


def rule(text: str) -> Rule:
    """The matching rule of a dynamic group. Raises Unreadable."""
    cursor = Cursor(tokens(text, condition=True))
    found = Rule(condition(cursor), cursor.end())
    if written(found) != text:
        raise Unreadable(0, "a rule that can be written out again", "one that cannot")
    return found


def condition(cursor: Cursor) -> Condition:
    if cursor.is_word("any", "all") and cursor.after().text == "{":
        return _group(cursor)
    if cursor.is_word(*_SETS):
        return _sets(cursor)
    if cursor.is_mark("!"):
        return Presence(cursor.take(), _variable(cursor))
    variable = _variable(cursor)
    return _compared(cursor, variable) or Presence(None, variable)


def _group(cursor: Cursor) -> Group:
    quantifier = cursor.take()
    cursor.deeper()
    found = Group(
        quantifier, cursor.mark("{"), cursor.listed(lambda: condition(cursor)), _closed(cursor, "}")
    )
    cursor.depth -= 1
    return found


def _closed(cursor: Cursor, mark: str) -> Token:
    if not cursor.is_mark(mark):
        raise cursor.wrong(f"`,` or `{mark}`")
    return cursor.take()


def _sets(cursor: Cursor) -> Sets:
    return Sets(
        cursor.take(),
        cursor.mark("("),
        _set(cursor),
        cursor.mark(","),
        _set(cursor),
        cursor.mark(")"),
    )


def _set(cursor: Cursor) -> Token | Values:
    return _values(cursor) if cursor.is_mark("(") else _variable(cursor)


def _compared(cursor: Cursor, variable: Token) -> Comparison | None:
    """None where the variable stands alone."""
    if cursor.is_mark("=", "!="):
        return Comparison(variable, (cursor.take(),), _value(cursor))
    if cursor.is_word("in"):
        return Comparison(variable, (cursor.take(),), _values(cursor))
    if cursor.is_word("not"):
        return Comparison(variable, (cursor.take(), cursor.word("in")), _values(cursor))
    if cursor.is_word("before", "after"):
        return Comparison(variable, (cursor.take(),), _value(cursor))
    if cursor.is_word("between"):
        return Comparison(variable, (cursor.take(),), (_value(cursor), cursor.word("and"), _value(cursor)))
    if cursor.here.kind is not Kind.END and not cursor.is_mark(",", "}"):
        raise cursor.wrong(_OPERATORS)
    return None


def _values(cursor: Cursor) -> Values:
    return Values(cursor.mark("("), cursor.listed(lambda: _value(cursor)), _closed(cursor, ")"))


def _variable(cursor: Cursor) -> Token:
    if cursor.here.kind is not Kind.WORD:
        raise cursor.wrong("a condition such as request.region = 'phx'")
    return cursor.take()


def _value(cursor: Cursor) -> Token:
    if cursor.here.kind not in {Kind.WORD, Kind.TEXT, Kind.PATTERN}:
        raise cursor.wrong("a quoted text, a /pattern*/ or a variable")
    return cursor.take()
