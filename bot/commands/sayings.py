"""Other words for the same commands: what people type who have not read the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_SAYINGS: Mapping[str, str] = {
    "costs": "cost",
    "cost week": "cost --period this_week",
    "cost month": "cost --period this_month",
    "cost this week": "cost --period this_week",
    "cost last week": "cost --period last_week",
    "cost this month": "cost --period this_month",
    "cost last month": "cost --period last_month",
    "cost today": "cost compare day",
    "cost yesterday": "cost compare day",
    "cost budget": "budget",
    "budgets": "budget",
    "alarms firing": "alarms",
    "alarms active": "alarms",
    "alarm history": "alarms history",
    "iam who can": "iam who-can",
    "iam what can": "iam what-can",
    "iam why not": "iam why-not",
    "resources inventory": "resources count",
    "metrics available": "metrics list",
    "remember:": "remember",
    "remember that": "remember",
    "help with this incident": "incident watch",
    "help with the incident": "incident watch",
    "help us with this incident": "incident watch",
    "follow this incident": "incident watch",
    "watch this incident": "incident watch",
    "keep an eye on": "watch",
    "keep watch on": "watch",
    "keep watching": "watch",
    "watches": "watch list",
    "watch status": "watch list",
    "stop watching": "watch stop",
}
SAYINGS = {tuple(said.split()): meant.split() for said, meant in _SAYINGS.items()}
_ROOM = ("pause", "complete", "reopen")
ALONE = {"metrics": ["metrics", "list"], **{word: ["incident", word] for word in _ROOM}}  # nothing behind it
LONGEST = max(map(len, SAYINGS))


def meant(tokens: Sequence[str]) -> list[str]:
    """The tokens with a saying at their beginning replaced, the longest that fits."""
    if len(tokens) == 1 and (alone := ALONE.get(tokens[0].lower())):
        return list(alone)
    for length in range(min(LONGEST, len(tokens)), 0, -1):
        begin = tuple(token.lower() for token in tokens[:length])
        if begin in SAYINGS:
            return [*SAYINGS[begin], *tokens[length:]]
    return list(tokens)
