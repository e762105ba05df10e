"""Rows of which there is one, however many bring it at once: the first stays. Both databases spell it the same."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ClauseElement, Insert, Table, insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.base import SyntaxExtension


class _FirstStays(SyntaxExtension, ClauseElement):
    inherit_cache = True
    _traverse_internals = []  # noqa: RUF012 - nothing in it that could differ

    def apply_to_insert(self, insert_stmt: Insert) -> None:
        insert_stmt.apply_syntax_extension_point(self.append_replacing_same_type, "post_values")


@compiles(_FirstStays)
def _spelled(_clause: _FirstStays, _compiler: Any, **_more: Any) -> str:
    return "ON CONFLICT DO NOTHING"


def first(table: Table) -> Insert:
    """Nothing happens, and `rowcount` is 0, where a row with such a key is there already."""
    return insert(table).ext(_FirstStays()).execution_options(preserve_rowcount=True)
