"""Who may do what in Oracle Cloud beyond who-can: what one may, why one may not, what a statement would add."""

from __future__ import annotations

import re
from typing import Any

from agents.planner.families.ask import ask, compartment
from agents.planner.reading import Reading

_CLOUD = r"(?:oci|oracle(?: cloud)?|tenancy|compartments?)"
_KIND = r"(?:(?:dynamic[ -])?group |user )?"
_STATEMENT = re.compile(
    r"\b(?P<s>(?:allow|deny)\s+(?:dynamic-group|group|any-user|any-group|service)\b[^`?]*)", re.IGNORECASE
)
# What a question says behind the statement that it quotes; no statement has such words.
_END = re.compile(
    r"(?:['\"“”]|,)?\s*(?:\bnewly\b|\b(?:allow|change|give|grant|mean|do)\s*$|['\"“”,]\s*(?:what|who|which|would|is|newly|allow|change|give)\b).*$",
    re.IGNORECASE,
)
_REMOVED = re.compile(r"\b(?:remov|drop|delet|revok|take)\w*\b[^`]*\b(?:allow|deny)\b", re.IGNORECASE)
_WHY_NOT = re.compile(
    rf"\bwhy (?:can not|may|can|is|does|are) (?P<who>{_KIND}[\w.@-]+) (?:not )?(?:allowed to |able to |permitted to )?(?P<verb>[a-z]+) (?P<resource>[a-z-]+)"
)
_WHAT_CAN = re.compile(
    rf"\bwhat (?:can|may|is|rights (?:does|has)|permissions does) (?:the )?(?P<who>{_KIND}[\w.@-]+) (?:do|have|allowed)\b"
    rf"|\b(?:which|what) (?:permissions|rights) (?:does|has) (?:the )?(?P<who2>{_KIND}[\w.@-]+) have\b"
)  # fmt: skip
_DAYS = re.compile(r"\b(\d{1,3}) days\b")
_KINDS = {r"\bmfa\b|\bsecond factor\b": "mfa", r"\bapi keys?\b": "api-key", r"\bauth tokens?\b": "auth-token"}


def _diff(reading: Reading) -> dict[str, Any]:
    """The statement as it was typed: its own words decide, not the mended ones."""
    match = _STATEMENT.search(reading.raw)
    if match is None:
        return {}
    said = _END.sub("", re.split(r"\s+-\s+", match["s"])[0]).strip(' .,"“”')
    said = (
        said[:-1] if said.count("'") % 2 and said.endswith("'") else said
    )  # closes what the question opened
    return {"remove" if _REMOVED.search(reading.raw[: match.end()]) else "add": (said,)}


def _as_typed(reading: Reading, word: str) -> str:
    match = re.search(re.escape(word), reading.raw, re.IGNORECASE)
    return match.group() if match else word


def _why_not(reading: Reading) -> dict[str, Any]:
    match = _WHY_NOT.search(reading.norm)
    if match is None:
        return {}
    said = {"who": _as_typed(reading, match["who"]), "verb": match["verb"], "resource": match["resource"]}
    return said | compartment(reading)


def _what_can(reading: Reading) -> dict[str, Any]:
    match = _WHAT_CAN.search(reading.norm)
    who = (match["who"] or match["who2"]) if match else ""
    return ({"who": _as_typed(reading, who)} if who else {}) | compartment(reading)


def _credentials(reading: Reading) -> dict[str, Any]:
    days = _DAYS.search(reading.norm)
    kind = next((kind for cue, kind in _KINDS.items() if re.search(cue, reading.norm)), "")
    return ({"days": int(days[1])} if days else {}) | ({"kind": kind} if kind else {})


FAMILY = (
    ask("iam_diff", r"(?:\bwhat\b|\bif\b|\bwould\b|\bnewly\b|\bsafe\b).*\b(?:allow|deny) (?:dynamic-group|group|any-user|service) .+ to |\b(?:allow|deny) (?:dynamic-group|group|any-user|service) .+ to .+\b(?:newly|what)\b", _diff, needs="add"),
    ask("iam_diff", r"\b(?:allow|deny) (?:dynamic-group|group|any-user|service) .+ to ", _diff, needs="remove"),
    ask("iam_why_not", r"\bwhy (?:can|may|is|does) (?:group |user )?[\w.@-]+ not (?:allowed to |able to |permitted to )?\w+ (?:instances?|buckets?|vcns?|volumes?|subnets?|secrets? in compartment)\b|\bwhy can not (?:group |user )?[\w.@-]+ \w+ (?:instances?|buckets?|vcns?|volumes?|subnets?)\b", _why_not, needs="who"),
    ask("iam_credentials", r"\bmfa\b|\bsecond factor\b|\bapi keys?\b|\bauth tokens?\b|\bold credentials\b", _credentials),
    ask("iam_dynamic_groups", r"\bdynamic[ -]groups?\b(?!.*\b(?:permissions|rights|allowed|do)\b)", compartment),
    ask("iam_unused", r"\b(?:grants?|permissions|rights|policies)\b.*\b(?:not used?|unused|nobody uses?)\b.*|\bunused (?:grants?|permissions)\b", compartment),
    ask("iam_findings", rf"\bcis (?:benchmark|rules?)\b|\btoxic combinations?\b|\bescalate privileges in {_CLOUD}|\b{_CLOUD} access rights\b|\boverly broad policies\b|\baudit our iam\b", compartment),
    ask("iam_statements", r"\bpolicy statements?\b|\biam policies\b|\bcross-tenancy\b|\bdeny statements?\b|\bpolicies are there\b", compartment),
    ask("iam_what_can", rf"\b(?:what (?:can|may|is)|(?:which|what) (?:permissions|rights) (?:does|has)) (?:the )?{_KIND}[\w.@-]+ (?:do|have|allowed)\b.*\b{_CLOUD}\b|\b(?:permissions|rights) does (?:the )?dynamic[ -]group\b", _what_can, needs="who"),
)  # fmt: skip
