"""The parts of a statement. A part is made of what was written and of nothing else, so writing it out gives the text back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeAlias, TypeVar

from tools.access.tokens import Kind, Token


@dataclass(frozen=True, slots=True)
class Part:
    """Its fields, in their order, are its text in order: tokens, parts, tuples of them, or None for what is not there."""

    def tokens(self) -> Iterator[Token]:
        for field in fields(self):
            yield from _tokens(getattr(self, field.name))

    @property
    def text(self) -> str:
        """As written, from the first word to the last."""
        first, *rest = self.tokens()
        return first.text + "".join(one.before + one.text for one in rest)


def _tokens(value: Any) -> Iterator[Token]:
    if isinstance(value, Token):
        yield value
    elif isinstance(value, Part):
        yield from value.tokens()
    elif value is not None:
        for one in value:
            yield from _tokens(one)


T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Listed(Part, Generic[T_co]):
    """Items with the marks between them."""

    parts: tuple[Any, ...]

    @property
    def items(self) -> tuple[T_co, ...]:
        return self.parts[::2]


@dataclass(frozen=True, slots=True)
class Name(Part):
    """`Admins`, `'My group'`, `'Domain'/'Group'`."""

    domain: Token | None
    slash: Token | None
    name: Token

    @property
    def plain(self) -> str:
        return f"{self.domain.plain}/{self.name.plain}" if self.domain else self.name.plain


@dataclass(frozen=True, slots=True)
class Ocid(Part):
    """An OCID; those of the oldest form have colons."""

    parts: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class ById(Part):
    word: Token
    id: Ocid


Named: TypeAlias = Name | ById


@dataclass(frozen=True, slots=True)
class Origin(Part):
    """`of tenancy T`: whose people are admitted."""

    of: Token
    kind: Token
    name: Name | None


@dataclass(frozen=True, slots=True)
class Subject(Part):
    """`kind` is group, dynamic-group, service, resource, any-user or any-group."""

    kind: Token
    names: Listed[Named] | tuple[Token, ...] | None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Verb(Part):
    verb: Token
    resource: Token


@dataclass(frozen=True, slots=True)
class Permissions(Part):
    open: Token
    names: Listed[Token]
    close: Token


@dataclass(frozen=True, slots=True)
class Place(Part):
    """`in tenancy`, `in any-tenancy`, `in tenancy T`, `in compartment A:B`, `in compartment id O`."""

    word: Token
    kind: Token
    names: Listed[Token] | ById | Name | None

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(one.plain for one in self.names.items) if isinstance(self.names, Listed) else ()

    @property
    def id(self) -> str:
        return self.names.id.text if isinstance(self.names, ById) else ""


@dataclass(frozen=True, slots=True)
class Association(Part):
    """`associate R in P with S in Q`."""

    verb: Token
    resource: Token
    place: Place
    word: Token
    other: Token
    there: Place


@dataclass(frozen=True, slots=True)
class Values(Part):
    open: Token
    list: Listed[Token]
    close: Token


@dataclass(frozen=True, slots=True)
class Comparison(Part):
    """`operator` is =, !=, in, not in, before, after or between; `value` a token, a list, or low `and` high."""

    variable: Token
    operator: tuple[Token, ...]
    value: Token | Values | tuple[Token, Token, Token]

    @property
    def sign(self) -> str:
        return " ".join(one.low for one in self.operator)


@dataclass(frozen=True, slots=True)
class Presence(Part):
    """`variable`, or `!variable`: it must not be there."""

    absent: Token | None
    variable: Token


@dataclass(frozen=True, slots=True)
class Sets(Part):
    """`sets-intersect(variable, ('a', 'b'))`."""

    function: Token
    open: Token
    one: Token | Values
    comma: Token
    other: Token | Values
    close: Token


@dataclass(frozen=True, slots=True)
class Group(Part):
    """`any { ... }` or `all { ... }`."""

    quantifier: Token
    open: Token
    list: Listed[Condition]
    close: Token


Condition: TypeAlias = Comparison | Presence | Sets | Group


@dataclass(frozen=True, slots=True)
class Where(Part):
    word: Token
    condition: Condition


@dataclass(frozen=True, slots=True)
class Grant(Part):
    """`allow`, `deny`, `endorse`, `admit`, `deny endorse`, `deny admit`; what follows the last word is `end`."""

    effect: tuple[Token, ...]
    subject: Subject
    to: Token
    ability: Verb | Permissions | Association
    place: Place | None  # an association names two of its own
    where: Where | None
    end: Token

    @property
    def kind(self) -> str:
        return " ".join(one.low for one in self.effect)


@dataclass(frozen=True, slots=True)
class Definition(Part):
    """`define group X as ocid1...`."""

    word: Token
    kind: Token
    name: Name
    of: Token
    id: Ocid
    end: Token


@dataclass(frozen=True, slots=True)
class Rule(Part):
    """The matching rule of a dynamic group."""

    condition: Condition
    end: Token


Statement: TypeAlias = Grant | Definition


def written(part: Part) -> str:
    """Everything that was written, spaces and comments at both ends included."""
    return "".join(one.before + one.text for one in part.tokens())


def is_variable(token: Token) -> bool:
    """A word with a dot that is no OCID: `request.permission`, `tag.Ops.Cluster.value`."""
    return token.kind is Kind.WORD and "." in token.text and not token.low.startswith("ocid")
