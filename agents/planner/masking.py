"""Names of one word that patterns may look for: a namespace called `billing` is no question about money. Patterns read the text without them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.planner.entities import Found
from agents.planner.names import Catalog

STAND_IN = "xname"
_ASKED = r"\b(?:why (?:is|are|does|do|did|has)|wrong with|logs? (?:of|for|from)) (?:the |our )?"


def masked(text: str, found: Found, catalog: Catalog) -> str:
    """The text with a word that cannot mean anything in the place of such names, where their place in it says that they are names."""
    for pattern in _places(found, catalog):
        text = re.sub(pattern, rf"\g<1>{STAND_IN}", text)
    return text


def _places(found: Found, catalog: Catalog) -> Iterator[str]:
    if found.namespace.isalpha():
        name = re.escape(found.namespace)
        yield rf"((?:\bnamespace|\bns|(?<!\w)-n)[\s:=/]+(?:named |called )?[\"'`]?){name}\b"
        yield rf"(?<![\w/.-])(){name}(?=/\w)"
    for service in found.services:
        if service.isalpha():
            name = re.escape(service)
            yield rf"(\w/){name}\b"
            if catalog.find(service, "service"):
                yield rf"({_ASKED}){name}\b"
