"""What is there in Oracle Cloud, and how it is."""

from __future__ import annotations

import re
from typing import Any

from agents.planner.families.ask import Fill, ask, compartment
from agents.planner.reading import Reading

_CLOUD = r"(?:oci|oracle(?: cloud)?|tenancy)"
_RISK = re.compile(r"\b(critical|high|medium|low|minor)\b")
_MQL = re.compile(r"\b[A-Za-z]\w*\[\d+[mhd]\].*\)(?:\s*(?:>=|<=|==|!=|>|<)\s*[\d.]+)?")
_USUAL = r"(?:as usual|usual|unusual|normal|trend\w*|anomal\w+|forecast|seasonal)"
_WHAT = r"(?:cpu|memory|gpu|sessions|storage)"
_METRIC = re.compile(rf"\b(?P<metric>{_WHAT})\b")
_THING = re.compile(
    r"\b(?:of|on)\s+(?:the\s+)?(?:instance\s+|vm\s+|database\s+|load balancer\s+)?[\"'`]?(?P<name>[a-z][\w.]*[-_\d][\w.-]*)",
    re.IGNORECASE,
)
_AGE = re.compile(r"\b(\d{1,3}) days\b")


def _named(pattern: str, field: str = "resource") -> Fill:
    """A name has a digit, a dash or a dot; ordinary words are none."""
    cue = re.compile(rf"{pattern}\s+[\"'`]?(?P<name>[a-z][\w.]*[-_\d][\w.-]*)", re.IGNORECASE)

    def fill(reading: Reading) -> dict[str, Any]:
        match = cue.search(reading.raw)
        return ({field: match["name"].rstrip(".-")} if match else {}) | compartment(reading)

    return fill


def _query(reading: Reading) -> dict[str, Any]:
    """The query itself, as it was typed: from the metric to the last bracket, with a comparison behind it."""
    match = _MQL.search(reading.raw)
    return {"query": match[0].strip()} if match else {}


def _trend(reading: Reading) -> dict[str, Any]:
    """Of something of Oracle Cloud: what a cluster runs has its own tools."""
    metric, match = _METRIC.search(reading.norm), _THING.search(reading.raw)
    name = match["name"].rstrip(".-") if match else ""
    if not metric or not name or name in reading.found.services or reading.found.specific:
        return {}
    kind = next((one for one in ("database", "load balancer") if re.search(rf"\b{one}\b", reading.norm)), "")
    return {"metric": metric["metric"], "resource": name} | ({"kind": kind} if kind else {})


def _service(reading: Reading) -> dict[str, Any]:
    return {"service": reading.found.services[0]} if reading.found.services else {}


def _secrets(reading: Reading) -> dict[str, Any]:
    age = _AGE.search(reading.norm)
    return ({"older_than_days": int(age[1])} if age else {}) | compartment(reading)


def _problems(reading: Reading) -> dict[str, Any]:
    risk = _RISK.search(reading.norm)
    return ({"risk": risk[1].upper()} if risk else {}) | compartment(reading)


FAMILY = (
    ask("oci_query", r"\w\[\d+[mhd]\]", _query, needs="query"),
    ask("oci_trend", rf"\b{_USUAL}\b.*\b{_WHAT}\b|\b{_WHAT}\b.*\b{_USUAL}\b", _trend, needs="resource"),
    ask("oci_metrics", rf"\b{_CLOUD} metrics\b.*\b(?:there|exist|available|have)\b|\b(?:which|what|list|show)(?: me)?(?: the| all| our)? {_CLOUD} metrics\b|\bmetrics\b.*\b(?:{_CLOUD}|instances?)\b.*\b(?:sends?|has|have|emits?|monitoring)\b|\bwhich metrics\b.*\b(?:in|of|from) (?:the )?{_CLOUD}\b", compartment),
    ask("oci_health", rf"\b{_CLOUD}\b.*\b(?:unhealthy|not healthy|broken|sick|in trouble)\b|\b(?:unhealthy|not healthy|broken|sick|in trouble)\b.*\b{_CLOUD}\b|\bhealth scores?\b|\b(?:health of|healthy is|unhealthy in|wrong in|health in|how is|is)(?: our| my| the)? {_CLOUD}\b(?: healthy| doing| ok)?\s*\??$|\b{_CLOUD} health\b", _named(r"\bhealth score (?:of|for)(?: the)?(?: instance| database| load balancer| vm)?")),
    ask("oci_console", r"\b(?:serial )?console\b|\bkernel panic\b", _named(r"\b(?:of|on)"), needs="resource"),
    ask("oci_audit", rf"\baudit events?\b.*\b{_CLOUD}\b|\b{_CLOUD} audit\b|\brefused (?:something|attempts?)\b", compartment),
    ask("oci_service", r"\b(?:cloud|oracle) parts (?:of|are)\b|'s oracle cloud (?:parts|resources)\b|\boracle (?:cloud )?parts of\b|\bload balancer of \S+.*\b(?:serving|backends)\b|\bdatabase of \S+ up\b", _service, needs="service"),
    ask("oci_problems", rf"\bcloud guard\b|\bsecurity problems\b.*\b{_CLOUD}\b", _problems),
    ask("oci_limits", r"\b(?:service|oci|oracle) (?:service )?limits?\b|\b(?:which|what|any) limits? (?:is|are) (?:nearly|almost|close)\b|\bcores can we still\b|\bquota left\b.*\boci\b", compartment),
    ask("oci_work_requests", r"\bwork requests?\b|\bwhat is oracle doing\b|\bwhy did the launch fail\b|\boracle still working on\b", compartment),
    ask("oci_secrets", rf"\bvault secrets?\b|\bsecrets?\b.*\b(?:rotated|vault|{_CLOUD})\b", _secrets),
    ask("oci_clusters", r"\boke clusters?\b|\bnode pools?\b|\bclusters? need an upgrade\b", compartment),
    ask("oci_announcements", rf"\bannounce\w*\b.*|\b{_CLOUD} planning maintenance\b", compartment),
    ask("oci_buckets", r"\b(?:which|list|show|how big are|what) (?:\w+ )?buckets\b|\bpublic buckets?\b|\bbuckets? (?:without|are public)\b", compartment),
    ask("oci_volumes", r"\bvolumes? (?:without (?:a )?backup|(?:are|is) (?:attached|unattached))\b|\b(?:unattached|block) volumes?\b", compartment),
    ask("oci_network", r"\b(?:open to the internet|subnets? of|security (?:lists?|rules?)|vcns?\b.*\b(?:rules?|open))\b", compartment),
    ask("oci_logs", rf"\b{_CLOUD} logs?\b", compartment),
    ask("oci_inventory", rf"\b(?:what do we have|how many of each|inventory)\b.*\b{_CLOUD}\b", compartment),
    ask("oci_database", r"\bautonomous databases?\b|\b(?:how are the|which|any|list the|show the) databases?\b|\bdatabases? (?:in|of) (?:oci|oracle)\b|\bwhen was [\w.-]+ backed up\b", _named(r"\bwhen was")),
    ask("oci_load_balancer", r"\bbackend ?sets?\b|\bunhealthy backends?\b|\bwhich backends?\b|\b(?:is|are|show|list|show me|wrong with) the load balancers?\b", _named(r"\bof")),
)  # fmt: skip
