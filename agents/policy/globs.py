"""Patterns of namespaces, clusters, channels, tools and compartments. `*` stands for any run inside one name.

Not fnmatch: there `team-*` matches `team-a/b`, and `[` and `?` have meanings that nobody expects in a policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

SEPARATORS = "/\n\r"


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    # A star behind a literal needs at least one character: `team-*` is the teams, not a name that ends in a dash.
    star = r"[^/\r\n]+" if pattern != "*" else r"[^\r\n]+"
    return re.compile(star.join(re.escape(part) for part in pattern.split("*")))


def matches(pattern: str, name: str) -> bool:
    """Whether the whole of `name` fits `pattern`; an empty name fits nothing."""
    return bool(name) and _compiled(pattern).fullmatch(name) is not None


def any_matches(patterns: Iterable[str], name: str) -> bool:
    return any(matches(pattern, name) for pattern in patterns)


def in_subtree(patterns: Iterable[str], compartment: str) -> bool:
    """Whether the compartment, or one above it in a path such as `shop/prod`, fits one of the patterns."""
    parts = compartment.split("/")
    paths = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    return any(matches(pattern, path) for pattern in patterns for path in paths)
