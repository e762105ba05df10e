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


def digest_command(text: str) -> str:
    """`digest preview cost`; empty where the words mean something else, or something more."""
    words = " ".join(text.split())
    if _NEXT.fullmatch(words):
        return "digest list"
    for verb, form in (("preview", _SHOW), ("now", _SEND)):
        if found := form.fullmatch(words):
            return f"digest {verb} {next(kind for kind, _ in _KINDS if found[kind])}"
    return ""
