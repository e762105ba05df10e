"""Greetings, thanks, "what can you do", and what is not about operations."""

from __future__ import annotations

import re

from agents.planner.reading import Reading
from agents.planner.route import Kind, Route, Topic

_GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|hiya|yo|good (?:morning|evening|afternoon|day)|greetings|moin|servus|howdy|hallo)\b[\s,!.]*)+(?:there|bot|team|all|everyone|cloudops|again|you|folks)?[\s!.?]*$|^(?:how are you|are you there|ping|you there|test)\b[\s\w?!.]{0,12}$"
)
_THANKS = re.compile(
    r"^(?:(?:many |great |okay |cool |perfect |nice |super |awesome |very |good |well )*(?:thanks|thank you|cheers|merci|danke|job|done|work|bye|goodbye|see you)\b[\s,!.]*)(?:a lot|so much|bot|very much|for (?:the|your) \w+|that is all|again|all|everyone)*[\s!.]*$|^(?:okay|cool|perfect|great|nice|understood|got it|makes sense|i see|noted|fine)[\s!.]*$"
)
_CAPABILITIES = re.compile(
    r"^(?:(?:please|can you|could you|would you|i need|i need some|need) )*help(?: me| us| please| page| text| commands?)*[\s!?.]*$|\bwhat (?:can|could|do|else can) (?:you|this bot|i ask|i) (?:do|ask|help|know|say|type|offer|support)\b(?!.*\b(?:about|for|if|with)\b \S+)|\bwhat are you\b|\bwho are you\b|\bhow (?:do|can|should) (?:i|we) (?:use|talk to|work with|ask) (?:you|this|the bot)\b|\byour (?:capabilities|features|commands|skills|abilities)\b|\b(?:show|list|give)\b.{0,12}\b(?:commands|help|features)\b|\bhow does this (?:work|bot)\b|\bwhat commands\b|\bwhich (?:commands|questions|tools|actions)\b"
)
_DECLINE = re.compile(
    r"^(?:no|nope|nah|never ?mind|forget (?:it|about it|that)|not now|later|stop|leave it|do nothing|no thanks|no thank you|wait|hold on|not yet|cancel)\b[\s,!.]*(?:thanks|please|thank you|it is fine|yet|now|a (?:minute|moment|second))?[\s!.]*$"
)
_CANCEL = re.compile(
    r"\b(?:cancel|withdraw|abort|drop|discard|delete|remove|revoke|retract)\s+(?:that|it|this|the\s+(?:plan|proposal|change|request|rollback|restart)|my\s+(?:plan|request|proposal)|plan)\b"
)
_OUTSIDE = re.compile(
    r"\b(?:weather|joke|poem|song|recipe|capital of|president|football|soccer|stock price|bitcoin|translate|movie|restaurant|lunch|dinner|coffee|birthday|horoscope|meaning of life|quantum|relativity|world war|math|homework|essay|story|holiday|vacation|flight|hotel|shakespeare|romeo|who won|lottery|dog|cat|love you|marry|favou?rite|horse|sing|paint|draw me|write (?:me )?(?:a|an|some) (?:poem|story|essay|song|letter|email|code|script|function|program)|python (?:code|script)|how old are you|tell me (?:a|something) (?:joke|funny|story))\b|\bwhat (?:time|day|date) is it\b|\b\d+\s*[*x+/]\s*\d+\b"
)
_STOP_ALL = re.compile(
    r"^(?:please )?(?:stop|halt|freeze|pause|block) (?:all|every) (?:the )?(?:changes?|plans?|executions?|automation)\b|\bemergency stop\b"
)
_APPROVERS = re.compile(
    r"\bwho (?:else )?(?:may|can|could|must|has to|needs to|should|is (?:allowed|able|supposed) to)(?: now)? (?:approve|sign off|confirm)\b"
)


def small_talk(reading: Reading) -> Route | None:
    """A route that runs nothing, when the whole text is social, about the bot, or about the world at large."""
    norm = reading.norm.strip()
    if not re.search(r"[a-z0-9]", norm):
        return Route(Kind.HELP, topic=Topic.CAPABILITIES, confidence=0.9)
    for pattern, kind, topic in (
        (_GREETING, Kind.HELP, Topic.GREETING),
        (_CAPABILITIES, Kind.HELP, Topic.CAPABILITIES),
        (_THANKS, Kind.NONE, Topic.THANKS),
        (_STOP_ALL, Kind.HELP, Topic.CANCEL),
        (_CANCEL, Kind.HELP, Topic.CANCEL),
        (_APPROVERS, Kind.HELP, Topic.APPROVERS),
        (_DECLINE, Kind.NONE, Topic.DECLINED),
    ):
        if pattern.search(norm):
            return Route(kind, topic=topic, confidence=0.9)
    if _OUTSIDE.search(norm) and not (reading.found.services and reading.found.known):
        return Route(Kind.NONE, topic=Topic.OUTSIDE, confidence=0.85)
    return None
