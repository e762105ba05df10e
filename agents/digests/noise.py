"""The noise ledger: how often each alert rule fired, what came of it and what people said of it; the bot's own posts counted alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from agents.digests.digest import Area, Fact
from agents.triage.correlate import Incident, Seen
from agents.triage.history import ASSIGNED, ESCALATED, RESOLVED, History
from agents.triage.probation import rule_of
from agents.triage.silencing import words_of
from storage.feedback import FeedbackRow
from storage.judgements import JudgementRow

ACTED: Final = (ASSIGNED, ESCALATED, RESOLVED)
USEFUL, USELESS = "useful", "useless"
VERDICTS: Final = (USEFUL, USELESS)
ANSWER: Final = "reply"  # what the outbox calls a message that answers somebody
OFTEN: Final = 3  # incidents of a rule, before it can be called noise without anybody's word
QUIET_FOR: Final = "24h"


@dataclass(slots=True)
class Rule:
    """One alert rule in the time looked at."""

    name: str
    fired: int = 0
    incidents: int = 0
    acted: int = 0
    by_itself: int = 0
    firing: int = 0
    said: Counter[str] = field(default_factory=Counter)
    last: Seen | None = None
    card: tuple[str, str] = ("", "")

    @property
    def noise(self) -> bool:
        """Nobody did anything about it, and either people call it useless or it went by itself time and again."""
        if self.said[USELESS] > self.said[USEFUL]:
            return True
        quiet = self.acted == 0 and not self.firing and not self.said[USEFUL]
        return quiet and self.by_itself == self.incidents >= OFTEN


def ledger(
    incidents: Iterable[tuple[Incident, History, tuple[str, str]]],
    worked: frozenset[str],
    judged: Sequence[JudgementRow],
) -> list[Rule]:
    """`incidents` with their history and where their card is; `worked`: those in which a change was made. Noise first."""
    rules: dict[str, Rule] = {}
    for incident, history, card in incidents:
        acted = incident.id in worked or any(history.last(kind) for kind in ACTED)
        for name, seen in _by_rule(incident).items():
            _count(rules.setdefault(name, Rule(name)), seen, card, acted=acted)
    for row in judged:
        if row.kind == "incident":
            rules.setdefault(row.about, Rule(row.about)).said[row.verdict] += 1
    return sorted(rules.values(), key=lambda one: (not one.noise, one.acted - one.incidents, one.name))


def _by_rule(incident: Incident) -> Mapping[str, list[Seen]]:
    found: dict[str, list[Seen]] = {}
    for seen in incident.seen.values():
        found.setdefault(seen.alert.name, []).append(seen)
    return found


def _count(rule: Rule, seen: Sequence[Seen], card: tuple[str, str], *, acted: bool) -> None:
    firing = any(one.firing for one in seen)
    rule.fired += sum(one.times for one in seen)
    rule.incidents += 1
    rule.acted += acted
    rule.firing += firing
    rule.by_itself += not acted and not firing
    newest = max(seen, key=lambda one: one.last)
    if rule.last is None or newest.last >= rule.last.last:
        rule.last, rule.card = newest, card


def areas(rules: Sequence[Rule], posts: Mapping[str, int], judged: Sequence[JudgementRow]) -> list[Area]:
    return [
        Area("Alert rules", tuple(_fact(rule) for rule in rules)),
        Area("What I posted here", tuple(_posts(rules, posts, judged))),
    ]


def of_answer(row: FeedbackRow) -> JudgementRow:
    """What somebody said under an answer, counted as what is said of any other post."""
    return JudgementRow(
        row.workspace, row.channel, ANSWER, row.answer, "answer", row.voter, row.verdict, row.at
    )


def _fact(rule: Rule) -> Fact:
    offer = words_of(rule.last, QUIET_FOR) if rule.noise and rule.last is not None else ""
    counts = f"fired {rule.fired} times in {rule.incidents} incidents, acted on {rule.acted}, over by itself {rule.by_itself}"
    judged = f"judged useless {rule.said[USELESS]}, useful {rule.said[USEFUL]}"
    text = f"{rule.name}: {counts}, {judged}{'; noise' if rule.noise else ''}"
    if rule.noise:
        text += f"; to quiet it: {offer}" if offer else "; it does not say enough for a silence: change the rule where it is kept"  # fmt: skip
    return Fact(rule.name, text, "noise" if rule.noise else "no noise", *rule.card, offer=offer)


def _posts(rules: Sequence[Rule], posts: Mapping[str, int], judged: Sequence[JudgementRow]) -> list[Fact]:
    """A card is acted on where its incident was; of the others people's word is what there is."""
    acted = sum(rule.acted for rule in rules)
    facts = []
    posts = dict.fromkeys((row.kind for row in judged if row.kind == ANSWER), 0) | dict(posts)
    for kind, count in sorted(posts.items(), key=lambda one: (-one[1], one[0])):
        said = Counter(row.verdict for row in judged if row.kind == kind)
        more = f", acted on {acted}" if kind == "incident" else ""
        text = f"{kind}: {count} messages{more}, judged useless {said[USELESS]}, useful {said[USEFUL]}"
        facts.append(Fact(kind, text))
    return facts


__all__ = ["USEFUL", "USELESS", "VERDICTS", "Rule", "areas", "ledger", "rule_of"]
