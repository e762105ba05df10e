"""Which tool a question wants: weighted cues, added up. Cues say what people ask for, never what is there."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    pattern: re.Pattern[str]
    weight: float


def _cues(*pairs: tuple[float, str]) -> tuple[Cue, ...]:
    return tuple(Cue(re.compile(pattern), weight) for weight, pattern in pairs)


_THINGS = r"(?:pods?|deployments?|services|nodes?|namespaces|configmaps?|secrets|ingress(?:es)?|jobs?|cronjobs?|statefulsets?|daemonsets?|pvcs?|volumes?|hpas?|replicasets?|workloads?|containers?|clusters|endpoints?|apps|applications|quotas?|pdbs?)"
_LIST = r"(?:list|show|get|count|display|give|enumerate|see|which|what|how many|are there|find|all)"
_BAD = r"(?:unhealthy|broken|failing|failed|fail|crash\w*|pending|degraded|bad|stuck|wrong|down|not (?:healthy|ready|running|okay|well|working|starting|available|up)|in trouble|on fire|burning|red|oom\w*|evicted|restarting|error\w*|unavailable|sick)"
_EVERYTHING = r"(?:everything|all|things|anything|something|anyone|the cluster|we|the shop|the platform|our (?:systems?|apps?|services?|cluster|platform|production|shop)|the system|production|it all|all (?:good|well|okay|fine))"
_DID = r"(?:deployed|released|rolled out|rolled back|restarted|changed|scaled|updated|shipped|pushed|reverted|bumped|touched|did|made)"

TOOLS: dict[str, tuple[Cue, ...]] = {
    "k8s_logs": _cues(
        (4, r"\blogs?\b(?! in\b)"),
        (4, r"\b(?:last|latest|recent|newest|current|those|its|the) (?:\w+ )?(?:errors?|exceptions?)\b(?! rate| budget| ratio)"),
        (3, r"\b(?:show|get|see|find|any|list|give|which|what|print|display|read|fetch|pull)\b.{0,40}\b(?:errors|exceptions?|stack ?traces?|tracebacks?)\b(?! rate)"),
        (2.5, r"\b(?:stack ?traces?|tracebacks?|panics?|exceptions?)\b"),
        (3, r"\b(?:error|log) (?:lines?|messages?|output|entries)\b"),
        (2.5, r"\b(?:stdout|stderr|output|prints?|printed|printing|tail|grep)\b"),
        (3.5, r"\bwhat (?:does|do|did|is|are) .{1,40} (?:say|saying|print|printing|log|logging|complain|complaining|write|writing|output)\b"),
        (2.5, r"\berrors? (?:of|from|in|for|does|do|messages?|lines?)\b"),
        (2, r"\blogging\b|\blogged\b"),
        (2, r"\bcomplain\w*\b"),
    ),
    "k8s_events": _cues(
        (4.5, r"\bevents?\b"),
        (3.6, r"\bwarnings?\b"),
        (2, r"\bwhat (?:has |have |just )?happened\b(?! if)"),
        (1, r"\bhappen(?:ed|ing)\b.{0,25}\b(?:in|namespace)\b"),
    ),
    "k8s_rollouts": _cues(
        (3, r"\brollouts?\b"),
        (3.5, r"\brevisions?\b"),
        (4, r"\b(?:rollout|deploy(?:ment)?|release|version|revision) (?:history|log|list|timeline)\b|\bhistory\b"),
        (3.5, r"\b(?:deployed|released|shipped|rolled out)\b"),
        (3.5, r"\b(?:last|latest|recent|previous|newest|current) (?:\w+ )?(?:deploy(?:ment)?s?|release|rollout|version|revision|image|tag)\b"),
        (3.5, r"\b(?:which|what) (?:image|version|tag|build|release|revision)s?\b"),
        (3, r"\bdiff(?:erences?)?\b|\bcompare\b.{0,30}\b(?:revisions?|versions?|releases?|rollouts?)\b"),
        (4.5, rf"\bwho (?:last |has |just |was |it )*{_DID}\b"),
        (3.5, r"\bwhen (?:was|did|were|has|is)\b.{0,50}\b(?:deploy|releas|restart|roll|updat|chang|scal|ship|revert)\w*"),
        (3.6, r"\b(?:was|were|has|did|have)\b.{0,40}\b(?:restarted|rolled back|rolled out|scaled|deployed|reverted|redeployed|updated|restart|scale|deploy)\b"),
        (2.5, r"\brelease[sd]?\b|\bdeploys?\b"),
    ),
    "k8s_usage": _cues(
        (2.5, r"\b(?:cpu|memory)\b"),
        (2.2, r"\b(?:usage|utili[sz]ation|consum\w+|headroom|capacity|footprint)\b"),
        (1.8, r"\b(?:using|uses?|used|eating|eats|burns?|taking)\b"),
        (3, r"\bthrottl\w+\b"),
        (1.2, r"\bhow much\b|\btop\b"),
        (3, r"\b(?:close|near|nearing|approaching|above|over|under|against|hit\w*|exceed\w*|reach\w*)\b.{0,15}\b(?:limits?|requests?)\b(?! per)"),
        (4, r"\bresources? (?:usage|consumption|utili[sz]ation|use)\b|\b(?:requests? and limits?|limits? and requests?|over-?provisioned|right-?siz\w+|oversized|undersized)\b"),
        (1.5, r"\blimits?\b"),
        (3, r"\bmemory leaks?\b|\bleaking\b|\b(?:most|hungriest|biggest|top) .{0,20}\b(?:memory|cpu|resources)\b"),
    ),
    "k8s_who_can": _cues(
        (5.5, r"\bwho (?:all |else |exactly |(?:in|on|of) (?:\w+ ){0,2}\w+ )?(?:can|may|could|is (?:allowed|able|permitted|authori[sz]ed)|are allowed|has (?:the )?(?:access|permissions?|rights?|right|privileges?)|have (?:access|rights?)|is entitled)\b"),
        (4.5, r"\b(?:can|may|could|is|are) (?!you\b|we\b|it\b|this\b|that\b|the\b|i\b)[\w.:@-]+ (?:allowed to |able to |permitted to )?(?:delete|create|get|list|read|patch|update|exec|scale|restart|see|access|watch|edit|roll)\b"),
        (4, r"\b(?:am i|is \S+|are \S+|are we) (?:allowed|permitted|authori[sz]ed|able)\b"),
        (3.5, r"\b(?:permissions?|rbac|rights|privileges?|clusterroles?|rolebindings?|cluster-admin)\b"),
        (2.5, r"\b(?:access|roles?|bindings?|subjects?)\b"),
        (2.5, r"\bservice ?accounts?\b"),
        (5, r"\b(?:which|what|list|show|the|all|any|are there) (?:users?|every(?:body|one)|any(?:body|one)|people|persons?|accounts?|subjects?|service ?accounts?|groups?)\b.{0,20}\b(?:can|may|could|allowed|able|with|have|has)\b"),
    ),
    "ops_service": _cues(
        (3.2, r"\b(?:overview|summary|summari[sz]e|details?|describe|tell me (?:more )?about|info(?:rmation)?|at a glance|profile|facts)\b"),
        (4, r"\bwho (?:owns|own|is (?:on call|on-call|oncall|responsible|in charge|the owner|accountable)|maintains|runs|do i (?:call|contact|ask)|should i (?:call|contact|ask|page)|to (?:call|contact|page|ask))\b"),
        (3.8, r"\bowners?\b|\bowned by\b|\bwhich team\b|\bwhat team\b|\bwhose\b"),
        (4, r"\bon[- ]?call\b|\boncall\b"),
        (4, r"\brunbooks?\b|\bdashboards?\b|\bslack channel\b|\bcontacts?\b|\bescalat\w+"),
        (3.8, r"\bdepend(?:s|encies|ency|ing|ents?)?\b|\b(?:upstream|downstream)\b|\btalks? to\b|\bneeds? to run\b"),
        (3.5, r"\bhow (?:is|are|does|do) .{1,30}(?:doing|look|feel|perform|behave|going|feeling|performing|looking|today|now)\b|^(?:and |so )?how (?:is|are) (?!much|many|it possible)\S+(?: \S+)?\W*$"),
        (2.6, r"\bstatus\b|\bstate of\b"),
        (2, r"\bwhat is (?:the )?[\w-]+\W*$"),
    ),
    "prom_query": _cues(
        (5.5, r"\b(?:error|success|failure|request|hit|cache hit) (?:rates?|ratios?)\b|\bavailability\b|\bslo\b|\berror budget\b"),
        (4, r"\blatenc(?:y|ies)\b|\bresponse times?\b|\bduration\b"),
        (4.5, r"\bp-?(?:50|75|90|95|99|999)\b|\bpercentiles?\b|\bquantiles?\b|\bmedian\b"),
        (4.2, r"\b(?:requests?|queries|calls|hits|orders|errors|transactions) (?:per|a|each|/) ?(?:second|sec|s|minute|min|hour)\b|\brps\b|\bqps\b|\btraffic\b|\bthroughput\b|\breq/s\b"),
        (3.5, r"\bmetrics?\b"),
        (5, r"\bprom(?:etheus|ql)\b"),
        (3.6, r"\bconnections?\b|\bpool (?:size|usage)\b|\bqueue (?:length|depth|size)\b|\bsaturation\b|\blag\b"),
        (6, r"\w+\{[^}]*\}|\b(?:rate|sum|avg|increase|histogram_quantile|topk|irate|max_over_time|avg_over_time)\s*\("),
        (4.5, r"\b[a-z]+(?:_[a-z0-9]+){2,}\b"),
        (2.2, r"\b(?:chart|graph|plot|trend|over time|time series)\b"),
        (3, r"\b5xx\b|\b4xx\b|\bhttp (?:500|5\d\d|4\d\d)s?\b"),
    ),
    "k8s_unhealthy": _cues(
        (5, rf"\b(?:is|are|does|do) {_EVERYTHING}\b.{{0,30}}\b(?:okay|fine|healthy|good|up|green|well|working|broken|wrong|failing|down|running|alright|stable|normal|look\w*)\b"),
        (4.5, r"\b(?:any|what|which|(?:is|are) there|list|show|see|find|some|current|open)\b.{0,20}\b(?:problems?|issues?|outages?|incidents?|alerts?|trouble|anomal\w+)\b"),
        (4.5, rf"\b(?:what|which|anything|something|everything|any|show|list|find|get|all|how many)\b.{{0,25}}\b(?:is |are |is currently |are currently )?{_BAD}\b"),
        (4.5, r"\b(?:which|what|any|list|show)\b (?:\w+ ){0,2}(?:pods?|containers?|workloads?|deployments?|things?)\b.{0,20}\b(?:re-?start(?:s|ed)?|crash(?:es|ed)?|dies|died)\b"),
        (3, rf"\b{_BAD}\b.{{0,12}}\b(?:pods?|workloads?|deployments?|services|apps|containers?|things|jobs)\b"),
        (2.5, r"\bhealth(?: ?check)?\b|\bhealthy\b"),
        (2.2, r"\bunhealthy\b|\bcrash-?loop\w*\b"),
        (3.5, r"\b(?:all (?:good|okay|well|fine|green|systems)|what is (?:on fire|burning|up|broken|down|wrong|failing|going on)|anything (?:broken|wrong|failing|down|unusual|weird|strange|i should (?:know|worry|look)|to worry))\b"),
        (2, r"\bproblems?\b|\bissues?\b|\btrouble\b"),
        (5, r"\bhealth (?:overview|summary|report|status|state)\b|\b(?:overview|status|state|summary|health) of (?:all|everything|the (?:\w+ )?(?:cluster|platform|system|shop))\b|\bcluster (?:status|health|state|overview)\b"),
        (5, r"\b(?:did|has|have|does) (?:anything|something) (?:break|broken|broke|fail|failed|crash|crashed|go down|gone down|die|died|go wrong|gone wrong)\b"),
    ),
    "k8s_capacity": _cues(
        (4.5, r"\b(?:cluster|node|nodes) (?:capacity|headroom|utili[sz]ation|usage)\b|\bcapacity (?:of|left|in|on) (?:the )?(?:cluster|nodes?)\b|\bhow full\b"),
        (3.5, r"\b(?:capacity|headroom|room|space)\b(?! (?:of|for) (?:a )?(?:table|disk))"),
        (3, r"\bnodes?\b.{0,25}\b(?:full|free|busy|loaded|overcommitted)\b|\b(?:fit|schedule) (?:more|another|\d+)\b"),
    ),
    "k8s_resources": _cues(
        (3.5, rf"\b{_LIST}\b.{{0,40}}\b{_THINGS}\b"),
        (4.2, r"\bhow many (?:\S+ )?(?:replicas?|pods?|instances?|copies|nodes?|deployments?|containers?|namespaces?)\b|\bnumber of (?:replicas?|pods?|nodes?)\b"),
        (3.5, r"\byaml\b|\bmanifests?\b|\bspec\b"),
        (2, r"^(?:list|get|inventory)\b|\binventory\b"),
        (3, rf"^(?:the |all |my |our )*{_THINGS}\b(?: (?:in|of|on|for)\b.*)?$"),
        (2.5, r"\benv(?:ironment)? (?:vars?|variables?)\b|\bconfig ?maps?\b|\bwhat (?:is|runs|are) (?:running|deployed) (?:in|on)\b|\bruns? (?:in|on)\b"),
        (2.5, r"\breplicas?\b"),
    ),
    "k8s_diagnose": _cues(
        (5, r"\bdiagnos\w+\b|\btroubleshoot\w*\b|\broot[- ]cause\b|\brca\b"),
        (4.5, r"\bwhat (?:is |went |has gone )?(?:wrong|the matter|up|broken|going on|happening|the (?:problem|issue|trouble))\b.{0,6}\b(?:with|in|at)\b"),
        (3, r"\b(?:investigate|debug|analy[sz]e|examine|inspect|look (?:at|into)|check(?: out| on)?|dig into|find out)\b"),
        (2.5, r"\b(?:problem|issue|trouble) with\b"),
        (3, r"\bhelp(?: me| us)? with\b"),
    ),
}  # fmt: skip

WHY = re.compile(
    r"\bwhy\b|\bhow come\b|\bwhat (?:is |are )?(?:caus\w+|break\w+|behind|the (?:cause|reason))\b|\breasons?\b|\bwhat (?:makes?|made|broke|killed|happened to)\b|\bexplain\b|\bcause of\b|\bfor what\b"
)
WRONG_IN = re.compile(
    r"\bwhat (?:is |went |has gone |could be |all is )?(?:wrong|the matter|the (?:problem|issue|trouble))\b.{0,8}\b(?:with|in|inside)\b"
)
REMAINS = re.compile(
    r"\bnamespace\b.*\b(?:terminating|stuck|not (?:go|going|gone|vanish|disappear|deleted?)|still there)\b"
)
SLOW = re.compile(
    r"\bslow\w*\b|\bsluggish\b|\blatenc\w+\b|\blag\w*\b|\btak(?:es?|ing) (?:so |too |very |about |over |up to )*(?:long|ages|forever|\d+)\b|\btime-?outs?\b|\btiming out\b|\btime[sd]? out\b|\bperformance\b|\bresponse times?\b|\bhang(?:s|ing)?\b|\bp9[59]\b|\bunresponsive\b|\bdelay\w*\b|\bdegraded\b"
)
DOWN = re.compile(
    r"\bdown\b(?! to\b)|\bunavailable\b|\bunreachable\b|\boffline\b|\bdead\b|\boutage\b|\b(?:not|no|nobody can|no one can|can nobody|can no one|nobody) (?:work\w*|respond\w*|up|reachable|running|available|serving|reach\w*|load\w*|open\w*|online|answer\w*|there)\b|\b(?:no|zero|0) (?:pods|replicas|endpoints)\b|\bgone\b|\bwent away\b|\b50[34]\b|\b(?:can|could) not (?:reach|access|open|connect|pay|buy|log ?in|check ?out|use)\b"
)
FAILING = re.compile(
    r"\bfail\w*\b|\berror(?:s|ing)?\b(?! rate)|\bcrash\w*\b|\boom\w*\b|\bout of memory\b|\bre-?start\w*\b|\bpending\b|\bbroken?\b|\bbreak\w*\b|\bunhealthy\b|\b5xx\b|\b500s?\b|\bnot (?:start\w*|ready|healthy|okay|come up|coming up|schedul\w*|deploy\w*|scal\w*|roll\w*|finish\w*|progress\w*|get ready|become ready|pull\w*)\b|\bimage ?pull\w*\b|\bevicted\b|\bkilled\b|\bkill\b|\bdying\b|\bdies\b|\bexit\w*\b|\bstuck\b|\bproblems?\b|\bissues?\b|\bwrong\b|\btrouble\b|\bred\b|\bwaiting\b|\bbad\b|\bthrow\w*\b|\bflapping\b|\bunstable\b|\bsick\b|\bdoes not\b|\bhigh\b|\bspik\w+\b|\bdropp?\w*\b|\balert\w*\b|\bexception\w*\b|\bunknown\b|\bevict\w*\b|\bmisbehav\w+\b"
)
CHANGED = re.compile(
    r"\bwhat (?:has |have |all |else |exactly |recently |just )*(?:been |got |was |were |is )?(?:changed|different|new|changes?)\b|\b(?:any|recent|latest|last|list|show|all|the)\b.{0,14}\bchanges?\b(?! (?:the|it|to \d))|\bchanges? (?:in|to|since|on|between|today|yesterday|made|before|for|of|during)\b|\b(?:did|has|have) (?:anything|something|anyone|somebody|someone|we|they|it) (?:been )?(?:changed?|touch\w*|deploy\w*|modified)\b|\bwhat did (?:we|they|you|someone|somebody|anyone|people) (?:change|deploy|touch|do)\b|\bchange ?log\b|\bwhat happened before\b"
)
PROBLEM = re.compile(
    r"\b(?:is|are|was|could|might|may|can|must|would|maybe|perhaps|so|probably)\b(?:\s+it\b)?(?:\s+be\b)?(?:\s+that)?(?:\s+it\s+is)?\s+(?:really\s+|maybe\s+|perhaps\s+|just\s+|due to\s+|because of\s+|caused by\s+)*(?:the\s+|our\s+|a\s+|an\s+|its\s+|this\s+)?(?P<suspect>[\w-]+(?:\s+[\w-]+)?)\s+(?:really\s+|then\s+|itself\s+|perhaps\s+|also\s+|actually\s+|not\s+)*(?:is\s+|be\s+|being\s+)?(?:(?:the|a|our|to|at|an)\s+)?(?:real\s+|actual\s+|root\s+)?(?:problem|cause|culprit|reason|blame|fault|guilty|issue|bottleneck|victim|responsible|causing|overloaded|trigger)\b"
    r"|\b(?:think|believe|suspect|guess|maybe|perhaps|probably|sure|bet)\s+(?:that\s+)?(?:it\s+is\s+|it\s+was\s+)?(?:the|our)\s+(?P<suspect10>[\w-]+)\W*$|\bis\s+(?:it|this|that)\s+(?P<suspect11>[\w-]+)(?:'s?)?\s+(?:fault|problem|doing|issue)\b"
    r"|\b(?:the|our)\s+(?P<suspect12>[\w-]+)\s+(?:is|was)\s+(?:really\s+)?(?:the\s+)?(?:problem|cause|culprit|reason|bottleneck|to\s+blame|at\s+fault|guilty)\b"
    r"|\b(?:did|does|do|could|can|might|has|have)\s+(?:the|our|a|that|this)\s+(?:last\s+|new\s+|latest\s+)?(?P<suspect13>[\w-]+)\s+(?:really\s+)?(?:caused?|break|broken|broke|trigger(?:ed)?|kill(?:ed)?|introduced?|do\s+(?:this|that))\b"
    r"|\b(?:blame|suspect|accuse)\s+(?:the\s+|our\s+)?(?P<suspect2>[\w-]+)\b|\b(?:(?:caused|triggered|broken)\s+by|because\s+of|due\s+to)\s+(?:the\s+|our\s+|a\s+)?(?P<suspect3>[\w-]+)\b"
    r"|\b(?:is|could|might|was)\s+(?:it|this|that)\s+(?:be\s+)?(?:really\s+|maybe\s+|just\s+)*(?:because\s+of\s+|due\s+to\s+|related\s+to\s+|from\s+)?(?:the|our)\s+(?P<suspect4>[\w-]+)\W*$|\bso\s+(?:it\s+is\s+|is\s+it\s+)?(?:the\s+)(?P<suspect5>[\w-]+)\W*(?:then|right|again)?\W*$"
    r"|\b(?:problem|issue|cause|fault|trouble)\s+(?:is\s+)?(?:in|with|of|at)\s+(?:the\s+)(?P<suspect6>database|network|node|cache|cluster|rollout|release|deploy\w*|disk|memory)\b|\b(?:database|network|nodes?|cache)(?:'s|\s+is)\s+(?:the\s+)?fault\b"
    r"|\b\b(?:is|are|was)\s+not\s+(?:the\s+|our\s+)(?P<suspect9>[\w-]+)\s+(?:at\s+fault|to\s+blame|the\s+\w+)|\brule\s+out\s+(?:the\s+)?(?P<suspect7>[\w-]+)"
)


def score(norm: str) -> dict[str, float]:
    """Points a tool, only those above zero."""
    points = {
        name: sum(cue.weight for cue in cues if cue.pattern.search(norm)) for name, cues in TOOLS.items()
    }
    return {name: value for name, value in points.items() if value > 0}
