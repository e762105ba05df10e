"""Digests in words: the command that a sentence about one means. No model; a sentence that says more is not taken."""

from __future__ import annotations

import re
from typing import Final

_KINDS: Final = (
    ("noise", r"(?:weekly |alert )*noise"),
    ("cost", r"(?:weekly )?(?:costs?|spend|finops)"),
    ("access", r"(?:weekly )?(?:access|iam)"),
    ("handover", r"(?:on-?call )?hand-?over"),
    ("approvals", r"(?:pending |open )?approvals?"),
    ("operations", r"daily (?:operations?|ops)|operations?|ops|daily"),
)
_WHICH: Final = "|".join(f"(?P<{kind}>{words})" for kind, words in _KINDS)
_KINDLY: Final = r"(?:(?:please|hey|hi|can you|could you|would you)[, ]+)*"
_THE: Final = r"(?:(?:the|our|a|this week'?s|today'?s) )?"
_LAST: Final = r"(?: (?:now|right now|at once|here|to this channel|please|for me|again))*\s*[.?!]*"
_ONE: Final = rf"{_THE}(?:{_WHICH}) (?:digest|ledger){_LAST}"
_SHOW: Final = re.compile(
    rf"{_KINDLY}(?:(?:show|give|preview|let me see|read)(?: (?:me|us))?|what(?:'s| is| would be)? in|what (?:does|would)) {_ONE}",
    re.IGNORECASE,
)
_SEND: Final = re.compile(rf"{_KINDLY}(?:send|post|run|publish)(?: (?:me|us|out))? {_ONE}", re.IGNORECASE)
_NEXT: Final = re.compile(
    rf"(?:when (?:is|does|do|will|comes?)|what time is) (?:the |our )?next (?:(?:{_WHICH}) )?digest(?: (?:come|be|due|sent|posted|here|to come))*\s*[.?!]*"
    r"|(?:which|what) digests (?:are there|come here|do we (?:get|have)|are (?:set up|scheduled)(?: here)?)\s*[.?!]*"
    rf"|{_KINDLY}(?:list|show)(?: (?:me|us))? (?:the |our |all )*digests\s*[.?!]*",
    re.IGNORECASE,
)
_DAYS: Final = {
    "day": "*", "daily": "*", "weekday": "1-5", "workday": "1-5", "working day": "1-5", "monday": "1", "tuesday": "2",
    "wednesday": "3", "thursday": "4", "friday": "5", "saturday": "6", "sunday": "0",
}  # fmt: skip
_ON: Final = rf"(?:(?:on|every|each) )?(?P<day>{'|'.join(_DAYS)})s?(?: mornings?)?"
_AT: Final = r"at (?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?(?: ?(?P<half>am|pm|o'?clock|h))?"
_ADD: Final = re.compile(
    rf"{_KINDLY}(?:send|post|publish|schedule|set up|give)(?: (?:me|us))? {_THE}(?:{_WHICH}) (?:digest|ledger)"
    rf"(?: (?:here|to this channel|in this channel))*,? (?:{_ON},? {_AT})(?: (?P<zone>UTC|[a-z]+(?:/[a-z_-]+)+))?(?: (?:please|here|to this channel|in this channel))*\s*[.!]*",
    re.IGNORECASE,
)
_STOP: Final = re.compile(
    rf"{_KINDLY}(?:stop|end|cancel|remove|unschedule)(?: (?:sending|posting))?(?: (?:me|us))? {_THE}(?:{_WHICH}) (?:digest|ledger)s?(?: (?:here|in this channel|to this channel|now|please))*\s*[.!]*",
    re.IGNORECASE,
)


def digest_command(text: str) -> str:
    """`digest preview cost`; empty where the words mean something else, or something more."""
    words = " ".join(text.split())
    if _NEXT.fullmatch(words):
        return "digest list"
    for verb, form in (("preview", _SHOW), ("now", _SEND), ("remove", _STOP)):
        if found := form.fullmatch(words):
            return f"digest {verb} {_kind(found)}"
    if found := _ADD.fullmatch(words):
        return _added(found)
    return ""


def _kind(found: re.Match[str]) -> str:
    return next(kind for kind, _ in _KINDS if found[kind])


def _added(found: re.Match[str]) -> str:
    """Empty where there is no such time of day."""
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            return ""
        hour = hour % 12 + 12 * (half == "pm")
    if hour > 23:
        return ""
    zone = f" --zone {found['zone']}" if found["zone"] else ""
    return f"digest add {_kind(found)} {int(found['minute'] or 0)} {hour} * * {_DAYS[found['day'].lower()]}{zone}"
