"""What a text talks about: service, workload, pod, namespace, cluster; from known names, or from the shape of the words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from agents.planner.english import APP_WORDS, ENGLISH
from agents.planner.names import Catalog, Known
from agents.planner.stopwords import NOT_NAMES
from agents.planner.vocabulary import COMMON, SHORTHAND, VOCABULARY

KINDS = {
    "pod": "pod", "pods": "pod", "deployment": "deployment", "deployments": "deployment", "deploy": "deployment",
    "statefulset": "statefulset", "statefulsets": "statefulset", "sts": "statefulset", "daemonset": "daemonset",
    "daemonsets": "daemonset", "ds": "daemonset", "job": "job", "jobs": "job", "cronjob": "cronjob",
    "cronjobs": "cronjob", "node": "node", "nodes": "node", "configmap": "configmap", "configmaps": "configmap",
    "cm": "configmap", "secret": "secret", "secrets": "secret", "ingress": "ingress", "ingresses": "ingress",
    "pvc": "persistentvolumeclaim", "claim": "persistentvolumeclaim", "persistentvolumeclaim": "persistentvolumeclaim", "pvcs": "persistentvolumeclaim", "hpa": "horizontalpodautoscaler",
    "hpas": "horizontalpodautoscaler", "replicaset": "replicaset", "replicasets": "replicaset", "rs": "replicaset",
    "service": "service", "services": "service", "svc": "service", "svcs": "service", "namespaces": "namespace",
    "volumes": "persistentvolumeclaim", "events": "event", "endpoints": "endpoints", "quotas": "resourcequota",
    "resourcequota": "resourcequota", "pdb": "poddisruptionbudget", "pdbs": "poddisruptionbudget",
}  # fmt: skip
_NAME = r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?"
_KINDED = re.compile(
    rf"\b(?P<kind>pod|deployment|deploy|statefulset|sts|daemonset|ds|job|cronjob|node|configmap|cm|ingress|pvc|(?:volume )?claim|persistentvolumeclaim|hpa|replicaset|rs|secret)(?:\s+(?:named\s+|called\s+)?|/)[\"'`]?(?P<name>{_NAME})"
)
_NAMED_NS = re.compile(
    rf"(?:\bnamespace|\bns|(?<!\w)-n|\bproject)[\s:=/]+(?:named\s+|called\s+|is\s+)?[\"'`]?(?P<a>{_NAME})|[\"'`]?\b(?P<b>{_NAME})[\"'`]?\s+(?:namespace|ns)\b"
)
# After "in namespace" stands a name, whatever word it is; but for these, which go on with the sentence.
_IN_NS = re.compile(
    rf"(?:\b(?:in|inside|within|of|from|for|on|to)\s+(?:the\s+|our\s+)?(?:namespace|ns)|(?<!\w)-n)[\s:=/]+(?:named\s+|called\s+)?[\"'`]?(?P<a>{_NAME})"
)
_GOES_ON = frozenset({
    "a", "again", "all", "and", "any", "are", "as", "at", "but", "by", "can", "do", "does", "for", "has",
    "have", "i", "in", "is", "it", "me", "my", "not", "now", "of", "on", "or", "our", "please", "right",
    "scope", "that", "the", "then", "they", "this", "to", "today", "was", "we", "were", "what", "where",
    "which", "who", "why", "will", "with", "without", "you",
})  # fmt: skip
_ASKED_PATH = re.compile(
    rf"\b(?:why (?:is|are|does|do|did|has)|wrong with|(?:logs?|errors?) (?:of|for|from|in)|restart|roll back|scale|diagnose)\s+(?:the\s+|our\s+)?(?P<ns>{_NAME})/(?P<name>{_NAME})(?![\w/])"
)
_CLUSTER = re.compile(
    rf"\b(?:cluster|context)[\s:=]+[\"'`]?(?P<a>{_NAME})|\b(?P<b>{_NAME})[\"'`]?\s+(?:cluster|context)\b"
)
_POD = re.compile(r"^[a-z][a-z0-9-]*-[a-z0-9]{8,10}-[a-z0-9]{5}$")
_PATH = re.compile(rf"(?<![\w/.-])(?P<ns>{_NAME})/(?P<name>{_NAME})(?![\w/])")
_SERVICE = re.compile(
    rf"\b(?:service|svc|app|application|workload|component|microservice)\s+[\"'`]?(?P<a>{_NAME})|\b(?P<b>{_NAME})[\"'`]?\s+(?:service|svc|app|application|workload|component|microservice)\b"
)
_HYPHENATED = re.compile(rf"(?<![\w/.-]){_NAME}-{_NAME}(?![\w/])")
_PREPOSITION = re.compile(rf"\b(?:in|inside|within|on|from|at)\s+(?:the\s+|our\s+)?[\"'`]?(?P<name>{_NAME})")
LONGEST_FOR_LEFT_OVER = 18
_PLACES = frozenset(
    {
        "prod",
        "production",
        "staging",
        "stage",
        "stg",
        "dev",
        "test",
        "qa",
        "uat",
        "default",
        "kube-system",
        "monitoring",
    }
)
STAGES = re.compile(r"\b(?:staging|stage|stg|dev|development|qa|uat|preprod|sandbox)\b")
_SLOTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\bwhy\s+(?:is|are|does|do|did|was|has|have|the|can|could|not|keeps?)\s+(?:not\s+)?(?:the\s+|our\s+|my\s+)?(?P<name>{_NAME})\b",
        rf"\bwhy\s+(?:the\s+|our\s+|my\s+)?(?P<name>{_NAME})\s+(?:is|are|not|no|so|keeps?|has|does|fail\w*|slow|down|crash\w*|pod|broken|error\w*|can|pending|restart\w*)\b",
        rf"\b(?:logs?|lines|errors?|exceptions?|events?|rollouts?|revisions?|history|usage|memory|cpu|latency|rate|overview|status|owner|health|diff|traffic|throughput|replicas|pods|metrics|warnings|runbook|dashboard|dependencies|image|version)\s+(?:of|for|from|in|on)\s+(?:the\s+|our\s+|my\s+)?[\"'`]?(?P<name>{_NAME})\b",
        rf"[\"'`]?(?P<name>{_NAME})[\"'`]?'s?\s+(?:last|latest|recent|logs?|errors?|events?|rollouts?|revisions?|memory|cpu|usage|pods?|latency|owner|health|status|replicas|error|history|metrics|response)",
        rf"\b(?:restart|bounce|reboot|recycle|kick|cycle|scale(?:\s+(?:up|down|out|in))?|rollback|roll\s+back|revert|undo|diagnose|investigate|troubleshoot|debug|inspect|analy[sz]e|describe|check|resize)\s+(?:the\s+|our\s+|my\s+)?(?:deployment\s+|service\s+|app\s+)?[\"'`]?(?P<name>{_NAME})\b",
        rf"\b(?:wrong|matter|happening|going on|up|problem|issue|trouble)\s+with\s+(?:the\s+|our\s+|my\s+)?[\"'`]?(?P<name>{_NAME})\b",
        rf"\b(?:about|for|owns|with|of|against)\s+(?:the\s+|our\s+|my\s+)?[\"'`]?(?P<name>{_NAME})[\"'`]?\s*[?.!]*$",
        rf"^(?:so\s+|and\s+|hey\s+|hi\s+|help\s+)*(?:is\s+|are\s+|the\s+|our\s+)*[\"'`]?(?P<name>{_NAME})[\"'`]?\s+(?:is|are|was|keeps?|seems?|looks?|does|has|down|slow|failing|broken|crashing|unhealthy|healthy|okay|logs?|events?|memory|cpu|rollouts?|errors?|status|usage|not)\b",
        rf"\b(?:how\s+is|how\s+are|set|give|raise|bump|increase|lower|reduce|decrease)\s+(?:the\s+|our\s+)?[\"'`]?(?P<name>{_NAME})\b",
        rf"\b(?:move|roll|take|bring|put|get|send|switch|set|turn)\s+(?:the\s+|our\s+)?[\"'`]?(?P<name>{_NAME})[\"'`]?\s+(?:back|to)\b",
    )
)


@dataclass(frozen=True, slots=True)
class Found:
    """The things a text names. `services` may be several; `unsure` holds words that only nearly match."""

    services: tuple[str, ...] = ()
    namespace: str = ""
    cluster: str = ""
    kind: str = ""
    name: str = ""
    listed_kind: str = ""  # "pods" without a name: what to list
    near: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (word typed, names it may have meant)
    notes: tuple[str, ...] = ()
    known: bool = True  # false when the name was read from the shape of the words alone
    spans: frozenset[str] = field(default_factory=frozenset)  # words that were used as names

    @property
    def specific(self) -> bool:
        return bool(self.services or self.name)

    @property
    def any(self) -> bool:
        return self.specific or bool(self.namespace or self.cluster)

    def where(self) -> dict[str, str]:
        """As tool arguments, for one target."""
        pairs = (
            ("service", self.services[0] if self.services else ""),
            ("cluster", self.cluster),
            ("namespace", self.namespace),
            ("kind", self.kind if self.name else ""),
            ("name", self.name),
        )
        return {key: value for key, value in pairs if value}


def find(low: str, catalog: Catalog) -> Found:
    """Read the names in lower-case text. Known names win over shapes, exact spellings over near ones."""
    found = _places(low, catalog)
    found = _paths(low, found)
    found = _kinded(low, catalog, found)
    found = _known_services(low, catalog, found)
    if not found.specific:
        found = _by_shape(low, catalog, found)
    return replace(found, listed_kind=_listed_kind(low))


def _places(low: str, catalog: Catalog) -> Found:
    said = next((m["a"] for m in _IN_NS.finditer(low) if m["a"] not in _GOES_ON), "")
    namespace = _namespace_of(said or _first(_NAMED_NS, low), catalog)
    cluster = _first(_CLUSTER, low)
    for match in _PREPOSITION.finditer(low):
        word = match["name"]
        if (
            not namespace
            and (catalog.find(word, "namespace") or word in _PLACES)
            and not catalog.find(word, "service")
        ):
            namespace = _namespace_of(word, catalog)
        elif not cluster and catalog.find(word, "cluster"):
            cluster = word
    if not namespace:
        namespace = next(
            (
                _namespace_of(w, catalog)
                for w in re.findall(_NAME, low)
                if catalog.find(w, "namespace") and not catalog.find(w, "service")
            ),
            "",
        )
    words = {word for item in catalog.find(namespace, "namespace") for word in item.words()}
    return Found(namespace=namespace, cluster=cluster, spans=frozenset({namespace, cluster, *words} - {""}))


def _namespace_of(word: str, catalog: Catalog) -> str:
    hit = catalog.find(word, "namespace")
    return hit[0].name if hit else word


def _first(pattern: re.Pattern[str], low: str) -> str:
    """The first name that the pattern gives; every place of the text may start a match."""
    at = 0
    while match := pattern.search(low, at):
        word = match["a"] or match["b"]
        if word and (word in _PLACES or not is_word(word)):
            return str(word)
        at = match.start() + 1
    return ""


def _paths(low: str, found: Found) -> Found:
    match = _PATH.search(low)
    if match and is_word(match["ns"]):
        match = _ASKED_PATH.search(low)
    if match is None or match["ns"] in KINDS or match["ns"] in _GOES_ON or match["ns"].isdigit():
        return found
    spans = found.spans | {match["ns"], match["name"]}
    return replace(found, namespace=match["ns"], services=(match["name"],), spans=spans)


def _kinded(low: str, catalog: Catalog, found: Found) -> Found:
    for match in _KINDED.finditer(low):
        name = match["name"]
        if is_word(name) or name in found.spans or _runs_there(catalog, name, found.namespace):
            continue
        return replace(
            found, kind=KINDS[match["kind"].removeprefix("volume ")], name=name, spans=found.spans | {name}
        )
    pod = next((word for word in re.findall(_NAME, low) if _POD.match(word)), "")
    if pod:
        return replace(found, kind="pod", name=pod, spans=found.spans | {pod})
    return found


def _runs_there(catalog: Catalog, name: str, namespace: str) -> bool:
    """Whether a service of this name may be meant: where the person names a kind and another namespace than its own, it is not."""
    known = catalog.find(name, "service")
    return bool(known) and (not namespace or any(item.namespace in {namespace, ""} for item in known))


def _known_services(low: str, catalog: Catalog, found: Found) -> Found:
    if found.name and (found.kind == "pod" or catalog.find(found.name, "service")):
        return found
    hits: list[tuple[int, Known]] = []
    rest = low
    for phrase in catalog.phrases:
        for match in re.finditer(rf"(?<![\w-]){re.escape(phrase)}(?![\w-])", rest):
            named = catalog.find(phrase, "service", "workload")
            if named:
                hits.append((match.start(), named[0]))
                rest = rest[: match.start()] + " " * len(phrase) + rest[match.end() :]
    hits.sort(key=lambda pair: pair[0])
    if not hits:
        return found
    spans = found.spans | {word for _, item in hits for word in item.words()}
    workload = hits[0][1]
    if workload.sort == "workload":
        namespace = found.namespace or workload.namespace
        return replace(found, kind=workload.kind, name=workload.name, namespace=namespace, spans=spans)
    names = tuple(dict.fromkeys(item.name for _, item in hits if item.sort == "service"))
    return replace(found, services=names, name="", kind="", spans=spans)


def _by_shape(low: str, catalog: Catalog, found: Found) -> Found:
    word = _shape(low, found)
    if not word:
        return found
    guess = catalog.guess(word, "service", "workload")
    if guess.names and not _any_there(guess.names, found.namespace):
        return replace(found, name=word, known=False, spans=found.spans | {word})
    if guess.sure:
        best = guess.names[0]
        notes = (*found.notes, f"I read “{word}” as {best.name}.")
        return replace(
            found,
            services=(best.name,),
            notes=notes,
            near=((word, (best.name,)),),
            spans=found.spans | {word},
        )
    if guess.names:
        return replace(
            found, near=((word, tuple(item.name for item in guess.names)),), spans=found.spans | {word}
        )
    return replace(found, services=(word,), known=False, spans=found.spans | {word})


def _any_there(names: tuple[Known, ...], namespace: str) -> bool:
    """What is near by its letters and runs in another namespace than the one that was named is not what was meant."""
    return not namespace or any(item.namespace in {namespace, ""} for item in names)


def _shape(low: str, found: Found) -> str:
    taken = found.spans
    if (word := _first(_SERVICE, low)) and word not in taken:
        return word
    for match in _HYPHENATED.finditer(low):
        word = match.group()
        if word not in taken and not is_word(word) and not re.fullmatch(r"[\d-]+\w?", word):
            return word
    for pattern in _SLOTS:
        for match in pattern.finditer(low):
            word = match["name"].removesuffix("'s")
            if word not in taken and not _language(word) and not word[0].isdigit() and "." not in word:
                return word
    return _left_over(low, taken)


def _left_over(low: str, taken: frozenset[str]) -> str:
    """The one word of a short text that is no ordinary language: then it is somebody's name for a thing."""
    if len(low.split()) > LONGEST_FOR_LEFT_OVER:
        return ""
    words = {
        word.removesuffix("'s")
        for word in re.findall(r"(?<![\w.{(@#/-])[a-z][a-z0-9-]+(?:'s)?(?![\w.(/{-])", low)
    }
    strange = [word for word in words if word not in taken and len(word) > 2 and not _ordinary(word)]
    return strange[0] if len(strange) == 1 else ""


def _language(word: str) -> bool:
    return is_word(word) or (word in ENGLISH and word not in APP_WORDS)


def _ordinary(word: str) -> bool:
    """Also in its inflected forms."""
    return _language(word) or any(
        word.endswith(end) and _language(word.removesuffix(end))
        for end in ("s", "es", "d", "ed", "ing", "ly", "er", "ers")
    )


def _listed_kind(low: str) -> str:
    for word in re.findall(r"[a-z]+", low):
        if word in KINDS and word.endswith("s") and word not in {"ds", "rs", "sts", "events"}:
            return KINDS[word]
    return ""


def is_word(word: str) -> bool:
    """Whether it is ordinary language rather than somebody's name for a thing."""
    return (
        word in NOT_NAMES
        or word in VOCABULARY
        or word in SHORTHAND
        or word in KINDS
        or (word in COMMON and word not in APP_WORDS)
    )
