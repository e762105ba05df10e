"""A person's words once more, with the one doubtful name replaced by what the program offers: a text that can be sent."""

from __future__ import annotations

import re


def again(text: str, typed: str, namespace: str, option: str) -> str:
    """`typed` is the name that was doubtful; `namespace` the place that was named with it, which the option may correct."""
    text = text.strip()
    name, _, place = option.partition(" in ")
    if place and name.lower() == typed.lower() and _holds(text, typed):
        bare = _elsewhere(text, namespace)
        return f"{bare.rstrip(' ?.!')} in {place}"
    if typed and _holds(text, typed):
        return re.sub(_word(typed), lambda _: option, text, count=1, flags=re.IGNORECASE)
    return f"{text.rstrip(' ?.!')} for {option}"


def _elsewhere(text: str, namespace: str) -> str:
    """Without the place in which the thing is not."""
    if not namespace:
        return text
    place = rf"\s*(?:\b(?:in|on|from)\s+)?(?:the\s+)?(?:namespace\s+|ns\s+|-n\s+)?{_word(namespace)}(?:\s+namespace\b)?"
    return re.sub(place, "", text, count=1, flags=re.IGNORECASE)


def _word(name: str) -> str:
    return rf"(?<![\w-]){re.escape(name)}(?![\w-])"


def _holds(text: str, name: str) -> bool:
    return re.search(_word(name), text, re.IGNORECASE) is not None
