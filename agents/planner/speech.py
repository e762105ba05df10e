"""What a person does with a sentence: orders, asks, forbids, wonders, claims an approval. Only an order can become a proposal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

# Every verb and noun of change, with the action it names.
ACTION_WORDS = {
    "rollout_undo": (
        r"roll(?:ed|ing|s)?[\s-]?(?:\S+\s+){0,4}?back(?:\s+to)?|rollbacks?|rolled-back|revert(?:ed|ing|s)?|back(?:ing)?\s+out"
        r"|undo(?:ing|ne)?|(?:go|going|get|switch|switching|move|moving|return|returning|put|set|take|bring)\s+(?:\S+\s+){0,4}?back\s+to"
        r"|(?:restore|deploy|use|install|back\s+to)\s+(?:the\s+)?(?:old|previous|last|earlier|prior)\s+(?:working\s+|good\s+|stable\s+)?(?:version|revision|release|image)|downgrad(?:e|ed|ing)|back\s+to\s+(?:revision|version|rev|release)\s+#?\d+"
    ),
    "rollout_restart": (
        r"re-?start(?:ed|ing|s)?|bounc(?:e|ed|ing)|re-?boot(?:ed|ing|s)?|recycl(?:e|ed|ing)|re-?deploy(?:ed|ing)?"
        r"|turn(?:ing)?\s+(?:\S+\s+){1,4}?off\s+and\s+(?:back\s+)?on|kick(?:ed|ing)?(?!\s+off)|power[\s-]?cycle"
    ),
    "scale": r"(?:up|down)?scal(?:e|ed|ing)|resiz(?:e|ed|ing)",
}
_ANY_ACTION = "|".join(f"(?:{words})" for words in ACTION_WORDS.values())
_SET = r"(?:set|increas(?:e|ing)|rais(?:e|ing)|bump(?:ing)?|lower(?:ing)?|decreas(?:e|ing)|reduc(?:e|ing)|chang(?:e|ing)|giv(?:e|ing)|doubl(?:e|ing)|adjust(?:ing)?|limit|cap|cut|mak(?:e|ing)|updat(?:e|ing)|add(?:ing)?|put|edit|modify|need|needs|want|wants|assign|allocate|shrink|grow|drop|up)"
_SET_WHAT = r"(?:memory|cpu|limits?|requests?|replicas?|resources?|pods|instances|copies)"
CHANGE = re.compile(rf"\b(?:{_ANY_ACTION})\b")
_SET_AMOUNT = r"(?:set|increase|raise|bump|lower|decrease|reduce|change|adjust|give|make|cap|shrink|grow|put)"
SETTING = re.compile(
    rf"\b{_SET}\b(?:\W+\S+){{0,7}}?\W+{_SET_WHAT}\b|\b{_SET_WHAT}\b.{{0,40}}\bset\W*(?:please)?\W*$"
    rf"|\b{_SET_AMOUNT}\b(?:\W+\S+){{1,4}}?\W+(?:\d+(?:\.\d+)?\s?(?:[kmg]ib?|[kmg]b|megs?|gigs?|millicores?|v?cpus?|cores?)|to\s+\d+m)\b"
)
RUN_N = re.compile(
    r"\b(?:run|have|use|keep|need|want|add|remove|start|give|make|put|bring|take)\b.{0,30}\b(?:\d+|one|two|three|four|five|six|seven|eight|ten|another)\s+(?:more\s+|extra\s+|fewer\s+)?(?:replicas?|pods?|instances?|copies)\b"
)

# Changes that people ask for and that no action makes.
UNSUPPORTED = re.compile(
    r"\b(?:delete|destroy|drop|wipe|purge|erase|remove|kill|terminate|drain|cordon|uncordon|evict|taint)\b(?!\s+(?:that|it|the\s+(?:plan|proposal)))"
    r"|\b(?:create|install|provision|spin\s+up|launch|deploy|upgrade|patch|apply|exec|ssh|run\s+(?:(?:the|a|this)\s+)?(?:command|kubectl|helm|script|shell)|kubectl|helm)\b"
    r"|\b(?:edit|change|update|modify|set|rotate|fix)\b.{0,30}\b(?:config\s?map|config|secret|env(?:ironment)?(?:\s+var\w*)?|image|password|dns|ingress|polic(?:y|ies)|label|annotation|pool(?:\s?size)?|setting)\b"
)

_NEGATED = re.compile(
    rf"\b(?:do\s+not|does\s+not|did\s+not|never|not\s+to|please\s+not|must\s+not|should\s+not|shall\s+not|no\s+need\s+to|without|avoid|refrain\s+from|instead\s+of|rather\s+than|not\s+(?:want|wish|like)(?:\s+(?:you|it|this|that))?(?:\s+to)?|wait\s+with|hold\s+off(?:\s+on)?|stop|hands\s+off|do\s+nothing|not)\s+(?:[^\s,;.!?:]+\s+){{0,3}}?(?:{_ANY_ACTION}|{_SET}|touch(?:ing)?|chang(?:e|ing)|do\s+(?:it|that|anything)|delete|propose)\b"
    rf"|\bno\s+(?:{_ANY_ACTION}|changes?)\b|^(?:no\W+)?leave\s+(?:it|that|this)\b|\bleave\s+(?:\S+\s+){{1,3}}(?:alone|as\s+(?:it\s+)?is|running)\b"
)
_NOT_TO = re.compile(r"\b(?:not|never|without|avoid|nothing|no)\b")
_NOT_WORD = re.compile(r"(?<![\w-])(?:not|never|without|avoid|nothing|no|dont)(?![\w-])")
_NOT_POLITE_CAN = re.compile(
    r"\b(?:can|could|would|will)\s+(?:you\s+)?not\s+(?:you\s+)?(?:just\s+|please\s+)?"
)
_HYPOTHETICAL = re.compile(
    r"^(?:so |and |then |but |or )*should\b|\bsafely\b|\bgood\s+(?:time|idea|moment)\b|\bmakes?\s+sense\b|\b(?:does|would|will|could|might)\s+it\s+(?:help|hurt|matter|fix|solve|break)\b|\bwhat\s+(?:happens|would\s+happen|will\s+happen|could\s+(?:happen|go\s+wrong)|would|will|does|is\s+the\s+(?:risk|impact|effect|blast))\b"
    rf"|\b(?:should|shall|ought)\s+(?:i|we|you|one)\b|\b(?:is|was|would|will)\s+(?:it|that|this|a|the)\b(?:\s+\S+){{0,4}}?\s+(?:safe|okay|ok|fine|risky|dangerous|wise|possible|necessary|needed|help|worth|enough|smart|sensible|bad|good)\b"
    rf"|\b(?:safe|risky|dangerous|wise|okay)\s+to\b|\bif\s+(?:i|we|you|one|somebody|someone)\b(?:\s+\S+){{0,3}}?\s*(?:{_ANY_ACTION})"
    rf"|\b(?:would|will|does|could|might|can|did)\s+(?:a\s+|the\s+|it\s+help\s+to\s+)?(?:\S+\s+)?(?:{_ANY_ACTION})\w*\b(?:\s+\S+){{0,4}}?\s+(?:help|fix|solve|work|hurt|break|matter|affect|change|cause|lose|drop|do)\b"
    rf"|\b(?:impact|risk|risks|effect|danger|downside|consequences?|pros|cons|cost)\s+of\b|\bdo\s+(?:we|i|you)\s+(?:need|have)\s+to\b|\bis\s+(?:a|the)\s+(?:\S+\s+)?(?:rollback|restart)\b"
    rf"|\bany\s+(?:risk|danger|harm|problem)\s+(?:in|with|if)\b|\bwhat\s+if\b|\bdo\s+you\s+(?:think|recommend|suggest|advise)\b|\bwhy\s+(?:do|should|would|not)\s+(?:we|i|you|not)\b(?!\s+just)|\bbefore\s+(?:i|we|you)\s+(?:{_ANY_ACTION})"
    rf"|\b(?:would|do)\s+you\s+(?:{_ANY_ACTION})\b.*\bor\b|\bhow\s+long\b"
)
_HOW_TO = re.compile(
    r"\bhow\s+(?:do|would|can|could|should|to|does|might|shall|must|will)\b(?!\s+(?:it|this|that|they)\s+(?:look|perform|go|behave))|\bhow\s+is\s+it\s+(?:done|possible)\b"
    r"|\b(?:steps|procedure|instructions|commands?|way|syntax)\s+(?:to|for|of)\b|\b(?:explain|show\s+me|teach\s+me|tell\s+me)\s+how\b|\bwhat\s+(?:is|are)\s+the\s+(?:command|steps|way)\b|\bwhat\s+(?:do|should|must|shall)\s+(?:i|we)\s+(?:need\s+to\s+|have\s+to\s+)?(?:type|write|say|do)\b"
)
_PAST = re.compile(
    rf"\b(?:who|when|which\s+person|what\s+person)\b.{{0,40}}\b(?:{_ANY_ACTION})\b"
    rf"|\b(?:did|has|have|had|was|were|been|got|gets?|is|are|keeps?|kept)\s+(?:\S+\s+){{0,5}}?(?:{_ANY_ACTION})\b"
    rf"|\b(?:last|previous|recent|how\s+many|how\s+often|number\s+of|count\s+of|since\s+the|after\s+the|before\s+the|history\s+of|list|show|many)\s+(?:\S+\s+){{0,2}}?(?:re-?starts?|rollbacks?|rollouts?|re-?starting|scalings?)\b"
    rf"|\brestart\s+(?:count|history|loop|policy|reason|time)|\brestarts\b|\b(?:pods?|containers?|it|service|they|which|that|everything)\s+(?:that\s+|always\s+|often\s+|just\s+|constantly\s+)*(?:re-?started|re-?starting|re-?starts|reboots|scaled|rebooted)\b|\bscaled\s+to\s+zero\b|\bkeeps?\s+(?:on\s+)?re-?starting\b"
)
_POLITE = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:so|and|then|okay|hey|hi|hello|please|now|well|right|fine|good|great|yes|yeah|sure|thanks|just|also|next|first|actually|quick|quickly|kindly|team|bot|dear|all|there|perfect|maybe|perhaps|simply|asap|immediately|urgently|again)\b\W*",
        r"(?:can|could|would|will|may|might)\s+(?:you|we|i|u|someone|somebody)\s+(?:not\s+)?",
        r"(?:i|we|u|you)\s+(?:really\s+|also\s+|just\s+|now\s+)*(?:would\s+like|would\s+love|would\s+want|would\s+say|would\s+suggest|would\s+prefer|say|suggest|propose|vote|prefer|want|need|wish|must|have|like|ask|request|should|shall|think|guess|will|may|can|to|are\s+going)\s+(?:(?:you|u|to|that|we|i|have|should|must|need|want|for|a|an|the)\s+)*",
        r"(?:please\s+)?help\s+(?:me\s+|us\s+)?(?:to\s+|with\s+)?",
        r"go\s+ahead\s+(?:and\s+|with\s+)?(?:a\s+|the\s+)?",
        r"let\s+us\s+",
        r"(?:it\s+is\s+)?time\s+(?:to|for)\s+(?:a\s+)?",
        r"(?:would\s+you\s+)?mind\s+",
        r"is\s+it\s+possible\s+to\s+",
        r"(?:do|perform|make|trigger|start|propose|prepare|create|request|plan|try|need|want|initiate|execute|issue|suggest|give\s+(?:me|us))\s+(?:to\s+|a\s+|an\s+|the\s+|me\s+)*(?:plan\s+(?:to|for)\s+)?(?:(?:rolling|full|quick|graceful|manual)\s+)?(?=\S)",
    )
)
_ORDER_START = re.compile(
    rf"(?:please\s+|just\s+|now\s+|quickly\s+|rolling\s+|full\s+|quick\s+|graceful\s+|an?\s+|the\s+)*(?:{_ANY_ACTION}|{_SET}\b|run\b|have\b|keep\b|bring\b)"
)

APPROVAL = re.compile(
    r"\bapproved?\b(?!\s+by\s+whom)(?:\s*(?:by|from|it|this|that|the\s+(?:plan|change|proposal|rollback|restart|request)|now|already|on\s+(?:his|her|my|their)))?"
    r"|\bi\s+(?:hereby\s+)?(?:approve|authori[sz]e|confirm|consent|sign\s+off|grant)\b|\b(?:approval|permission|authori[sz]ation|consent)\s+(?:is\s+|was\s+|has\s+been\s+)?(?:given|granted|received|obtained|confirmed)\b"
    r"|\b(?:said|says|told|confirmed|gave|gives|given|signed|has\s+signed|okayed|ok'?ed|cleared|authori[sz]ed|blessed|agreed|agrees|allows|allowed)\b.{0,30}\b(?:go\s+ahead|okay|yes|go|off|approval|permission|approve\w*|fine|green\s+light|can\s+proceed|to\s+proceed|with\s+it)\b"
    r"|\b(?:boss|manager|lead|cto|ceo|director|team|bob|dan|carol|he|she|they|someone|everybody|everyone|board)\s+(?:has\s+|have\s+|already\s+)*(?:okayed|ok'?ed|approved|agreed|signed\s+off|cleared|authori[sz]ed|said\s+(?:yes|okay|go))\b|\bwithout\s+(?:asking|waiting)\b|\b(?:just|simply)\s+do\s+it\b"
    r"|\b(?:skip|bypass|ignore|override|disable|without|forget|circumvent|no\s+need\s+(?:for|of)|not\s+need|auto)[\s-]*(?:the\s+|any\s+|an?\s+|all\s+|your\s+|waiting\s+for\s+)*(?:approvals?|approve|four[\s-]eyes|gates?|confirmation|review|policy|permissions?|checks?|rules?)\b"
    r"|\b(?:consider|treat|count|mark|take)\s+(?:it|this|that|the\s+plan)\s+(?:as\s+)?(?:approved|confirmed|accepted)\b|\blgtm\b|\bship\s+it\b|\b(?:execute|apply|run)\s+(?:the\s+|that\s+|this\s+)?(?:plan|proposal|it)\b(?:\s+(?:now|immediately|anyway))?"
    r"|\bgreen\s+light\b|\b(?:on|with)\s+(?:behalf\s+of|(?:his|her|their|\w+'s)\s+(?:approval|authority|permission))\b|\bhas\s+(?:my|his|her|bob's|their)\s+(?:approval|okay|blessing)\b"
)
_APPROVAL_QUESTION = re.compile(
    r"\b(?:who|how|what|when|which|why|where|can|could|may|does|do|is|are|was|has|need|needs)\b.{0,50}\bapprov\w*|\bapprov(?:al|als|e|ed|er|ers)\b.*\?|\bwaiting\s+for\s+approval\b|\b(?:list|show|pending|open)\b.{0,25}\bapprov\w*"
)
_CLAIM = re.compile(
    r"\bwithout\s+asking\b|\bjust\s+do\s+it\b|^(?!.*\b(?:who|how|what|when|which|why|where)\b).*\b(?:is|was|are|has been|been|already)\s+(?:already\s+)?approved\b(?!.*\?)|^approved\b(?!.*\?)|\bwithout\s+(?:an?\s+|the\s+|any\s+)?approval\b|\bno\s+need\s+(?:for|of)\s+(?:an?\s+|the\s+)?approval\b"
)
INJECTION = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:previous|prior|above|earlier|all|your|these|any|safety|system)\b.{0,25}\b(?:instructions?|rules?|prompts?|directions?|guidelines?|polic(?:y|ies)|constraints?)\b"
    r"|\byou\s+are\s+(?:now\s+)?(?:an?\s+)?(?:in\s+)?(?:admin|root|dan\b|developer\s+mode|unrestricted|god|jailbroken|the\s+administrator|superuser|maintenance\s+mode)\b|\b(?:act|behave|respond)\s+as\s+(?:an?\s+|the\s+)?(?:admin|root|unrestricted|system|superuser|operator)\b|\bas\s+(?:an?\s+|the\s+)?(?:admin|administrator|root|superuser)\b.{0,12}\b(?:do|run|delete|restart|scale|roll|set|approve|please|i|you|,)"
    r"|^\s*(?:system|assistant|developer|admin)\s*:|<\/?(?:system|information|instructions?|admin|important)>|\[(?:system|inst|admin)\]|\bnew\s+(?:system\s+)?instructions?\b|\bdeveloper\s+mode\b|\bjailbreak\b|\b(?:reveal|print|show|repeat|leak|tell\s+me|give\s+me|what\s+is)\b.{0,20}\b(?:system\s+prompt|your\s+(?:instructions|prompt|api\s+keys?|tokens?|secrets?|credentials?))\b|\b(?:pretend|imagine)\s+(?:that\s+)?(?:you|i)\b|\bdecode\s+and\s+(?:follow|run|execute)\b"
)


_INTERROGATIVE = re.compile(
    r"(?:so |and |but |then |or |please )*(?:should|is(?! it possible to)|are|was|were|does|did|has|why|when|who|what|which|where|how|am i"
    r"|ha(?:ve|d)\s+(?:you|we|they|anyone|someone|somebody|it|the|there)|do\s+(?:we|i|they|you\s+(?:think|recommend|suggest|know|see|have)))\b"
)
_REPORTED = re.compile(
    r"(?!as\b|like\b)(?:[\w'-]+\s+){1,5}?(?:says?|said|reads|writes|wrote|suggests?|suggested|recommends?|recommended|advises?)\b\W*\w"
)


class Act(StrEnum):
    ORDER = "order"
    ASK = "ask"
    WONDER = "wonder"  # should we, what if, is it safe
    HOW = "how"
    PAST = "past"  # who did, when was, keeps restarting
    FORBID = "forbid"


@dataclass(frozen=True, slots=True)
class Speech:
    act: Act
    changes: tuple[str, ...] = ()  # actions whose words occur, in order
    setting: bool = False  # "set ... memory", "raise the limit"
    rest: str = ""  # the text without what was forbidden


def claims_approval(norm: str) -> bool:
    """A person or a text says that something is approved, or wants the approval skipped."""
    return bool(APPROVAL.search(norm)) and (bool(_CLAIM.search(norm)) or not _APPROVAL_QUESTION.search(norm))


def reports(norm: str) -> bool:
    """The text begins by telling what another text or person says: "the log says: restart checkout"."""
    return bool(_REPORTED.match(norm))


def injects(norm: str) -> bool:
    return bool(INJECTION.search(norm))


def unsupported_change(norm: str) -> bool:
    """An order for a change that no action makes."""
    body = _body(norm)
    match = UNSUPPORTED.match(body) or UNSUPPORTED.match(body.removeprefix("please ").strip())
    return match is not None


def read(norm: str) -> Speech:
    """Classify one text. Doubt goes to asking, never to ordering."""
    changes = actions(norm)
    setting = bool(SETTING.search(norm) or RUN_N.search(norm))
    polite = _NOT_POLITE_CAN.sub("can you ", norm)
    forbidden = _NEGATED.search(polite)
    if forbidden and (
        changes or setting or "change" in norm or "touch" in norm or "leave" in norm or "anything" in norm
    ):
        rest = _without(polite, forbidden)
        if actions(rest) and read(rest).act is Act.ORDER:
            return read(rest)
        return Speech(Act.FORBID, changes, setting, rest)
    if not changes and not setting:
        return Speech(Act.ASK, rest=norm)
    for pattern, act in ((_HOW_TO, Act.HOW), (_HYPOTHETICAL, Act.WONDER)):
        if pattern.search(norm):
            return Speech(act, changes, setting, norm)
    if _orders(polite):
        return Speech(Act.ORDER, changes, setting, norm)
    if _PAST.search(norm):
        return Speech(Act.PAST, changes, setting, norm)
    return Speech(Act.ASK, changes, setting, norm)


def actions(norm: str) -> tuple[str, ...]:
    spots = [
        (match.start(), name)
        for name, words in ACTION_WORDS.items()
        if (match := re.search(rf"\b(?:{words})\b", norm))
    ]
    return tuple(name for _, name in sorted(spots))


def begins(norm: str, verbs: re.Pattern[str]) -> bool:
    """Whether the text orders this: politeness taken off, it begins with the verb, and nothing in it says not to."""
    return bool(verbs.match(_body(norm))) and not _NOT_TO.search(norm)


def orders_nothing(norm: str) -> bool:
    """Whether the text asks, wonders, asks how, or says not to."""
    return bool(
        _INTERROGATIVE.match(norm)
        or _HOW_TO.search(norm)
        or _HYPOTHETICAL.search(norm)
        or _NOT_WORD.search(_NOT_POLITE_CAN.sub("can you ", norm))
    )


def unpolite(text: str) -> Iterator[str]:
    """What is left of lower-case text as one kind word after another is taken off."""
    before = None
    while before != text:
        before = text
        for pattern in _POLITE:
            if match := pattern.match(text):
                text = text[match.end() :].strip()
                yield text


def _without(text: str, match: re.Match[str]) -> str:
    """What stays of a text when the forbidden clause is taken out up to the next clause."""
    tail = text[match.end() :]
    cut = re.search(
        r"[,;.!]|\b(?:but|just|only|instead|and\s+then|and\s+tell|and\s+show|tell|show|first)\b", tail
    )
    return (text[: match.start()] + " " + (tail[cut.start() :] if cut else "")).strip(" ,;.!")


def _body(text: str) -> str:
    """The sentence after greetings and politeness."""
    before = None
    while before != text:
        before = text
        for pattern in _POLITE:
            if (match := pattern.match(text)) and not _ORDER_START.match(text):
                text = text[match.end() :].strip()
    return text


def _orders(text: str) -> bool:
    """Whether some clause starts with the verb of a change once politeness is taken off."""
    clauses = re.split(r"[,;.!?:]\s+|\s+-\s+|\b(?:and\s+then|then|so|and|but|because)\b\s*", text)
    return any(_ordered(clause.strip()) for clause in (text, *clauses) if clause.strip())


def _ordered(clause: str) -> bool:
    if _INTERROGATIVE.match(clause):
        return False
    for body in (clause, _body(clause)):
        if _ORDER_START.match(body) and not re.match(r"(?!need\b)\S+ed\b", body):
            return True
        if re.match(
            r"(?:the\s+)?\S+\s+(?:needs?|wants?|should\s+(?:be|have|run)|must\s+(?:be|have)|has\s+to\s+be)\s+(?:a\s+|to\s+be\s+)?(?:rollback|restart\w*|roll\w*|scal\w*|set|more\s+memory|reverted|(?:\w+\s+)?\d+\s+(?:replicas?|pods?|instances?))",
            body,
        ):
            return True
        if (
            re.match(rf"(?:\S+\s+){{1,5}}?(?:{_ANY_ACTION}|set|change)\s*(?:please|now|asap)?\W*$", body)
            and not re.match(
                r"(?:is|are|was|were|did|does|has|have|had|who|when|what|which|why|how|any|last|show|list|the\s+last|keeps?)\b",
                body,
            )
            and not re.search(
                r"\b(?:keeps?|is|was|were|been|got|has|had|have|kept|always|after|since|before|last)\b", body
            )
        ):
            return True
    return False
