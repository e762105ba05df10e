"""Small wrong versions of a file, each with one place changed the way a careless edit would."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

SWAPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """`text` is the whole file with `old` on the lines from `line` to `last` made `new`."""

    line: int
    last: int
    old: str
    new: str
    text: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of the file, outer places before what they hold."""
    lines = source.encode().splitlines(keepends=True)
    for node in places(ast.parse(source)):
        for new in changed(node):
            if isinstance(node, ast.expr | ast.stmt):
                head, old, tail = cut(lines, node)
                yield Mutant(node.lineno, node.end_lineno or node.lineno, old, new, f"{head}{new}{tail}")


def places(node: ast.AST) -> Iterator[ast.AST]:
    """Without decorators (`slots=True`), which say how and not what, and f-strings, whose parts Python 3.11 misplaces."""
    yield node
    spared = getattr(node, "decorator_list", [])
    for child in ast.iter_child_nodes(node):
        if child not in spared and not isinstance(child, ast.JoinedStr):
            yield from places(child)


def changed(node: ast.AST) -> Iterator[str]:
    """What this place could wrongly be."""
    match node:
        case ast.Expr(value=ast.Await() | ast.Call()) | ast.Raise():
            yield "pass"
        case ast.Compare(left=left, ops=[op, *rest], comparators=others):
            yield f"({ast.unparse(ast.Compare(left, [SWAPPED[type(op)](), *rest], others))})"
        case ast.BoolOp(op=op, values=[first, *others]):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield f"({ast.unparse(ast.BoolOp(other, [first, *others]))})"
            yield f"({ast.unparse(first)})"
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield f"({ast.unparse(operand)})"
        case ast.Constant(value=bool(value)):
            yield str(not value)
        case ast.Constant(value=int(value)):
            yield str(value + 1)
        case ast.IfExp(body=body, orelse=orelse):
            yield f"({ast.unparse(body)})"
            yield f"({ast.unparse(orelse)})"
        case _:
            return


def cut(lines: list[bytes], node: ast.expr | ast.stmt) -> tuple[str, str, str]:
    """The file before, at and behind the node; its columns count bytes."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    text = b"".join(lines[first : last + 1])
    end = len(text) - len(lines[last]) + (node.end_col_offset or 0)
    head, tail = b"".join(lines[:first]), b"".join(lines[last + 1 :])
    parts = head + text[: node.col_offset], text[node.col_offset : end], text[end:] + tail
    return parts[0].decode(), parts[1].decode(), parts[2].decode()
