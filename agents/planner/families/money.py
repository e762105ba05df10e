"""Money beyond its sum: compared with before, without a tag, to come, odd, budgeted, wasted, and what a change would cost."""

from __future__ import annotations

import re
from typing import Any

from agents.planner.families.ask import ask, compartment
from agents.planner.reading import Reading

_BY = re.compile(r"\b(?:by|per|which) (?P<by>service|compartment|region|resource|sku)s?\b")
_UNIT = re.compile(r"\b(?P<unit>day|week|month)\b")
_MONEY = r"(?:spend\w*|spent|costs?|bills?|money|expensive)"
_CLOUD = r"(?:oci|oracle|cloud|compute|instances?|vms?|machines?|servers?|databases?|load balancers?|volumes?|disks?|backups?|shapes?)"
_NAME = re.compile(r"\b[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)+\b", re.IGNORECASE)
_CALLED = re.compile(
    r"\b(?:instance|vm|volume|pool|database)\s+[\"'`]?(?P<name>[a-z]+\d[\w.-]*)", re.IGNORECASE
)
_SIZE = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ocpus?|ecpus?|gb|gib|tb|nodes?|instances?)\b", re.IGNORECASE
)
_KINDS = (
    ("node pool", r"\bnode ?pool\b|\bnodes\b"),
    ("instance pool", r"\binstance pool\b"),
    ("boot volume", r"\bboot volume\b"),
    ("volume", r"\bvolume\b"),
    ("database", r"\bdatabase\b|\becpus?\b"),
)
_VERBS = (
    ("stop", r"\b(?:stop\w*|shut\w*|(?:turn|switch|power)\w* off)\b"),
    ("start", r"\b(?:start\w*|boot(?:ing)?|(?:turn|switch|power)\w* on)\b(?! volume)"),
    ("delete", r"\b(?:delet\w+|remov\w+|terminat\w+)\b"),
)
_IDLE_KINDS = re.compile(
    r"\b(?P<kind>boot volume|volume|instance|load balancer|database|backup)s?\b|\bvms?\b"
)


def _change(reading: Reading) -> dict[str, Any]:
    """What would be changed, and to what; nothing where that is not said."""
    called = _CALLED.search(reading.raw)
    name = called["name"] if called else next(iter(_NAME.findall(reading.raw)), "")
    kind = next((kind for kind, cue in _KINDS if re.search(cue, reading.norm)), "instance")
    change = next((verb for verb, cue in _VERBS if re.search(cue, reading.norm)), "resize")
    sizes = _sizes(reading.raw, kind) if change == "resize" else {}
    if not name or (change == "resize" and not sizes):
        return {}
    said: dict[str, Any] = {} if kind == "instance" else {"kind": kind}
    return {"resource": name.rstrip(".-")} | said | ({"change": change} if change != "resize" else sizes)


def _sizes(raw: str, kind: str) -> dict[str, float]:
    gigabytes = "memory_gb" if kind == "instance" else "size_gb"
    fields = {"ocpu": "ocpus", "ecpu": "ecpus", "gb": gigabytes, "gib": gigabytes, "tb": "storage_tb", "node": "size", "instance": "size"}  # fmt: skip
    found = (
        (fields[one["unit"].lower().removesuffix("s")], float(one["number"])) for one in _SIZE.finditer(raw)
    )
    return {key: int(value) if value == int(value) else value for key, value in found}


def _idle(reading: Reading) -> dict[str, Any]:
    match = _IDLE_KINDS.search(reading.norm)
    kind = (match["kind"] or "instance") if match else ""
    return ({"kind": kind} if kind else {}) | compartment(reading)


def _compared(reading: Reading) -> dict[str, Any]:
    by, unit = _BY.search(reading.norm), _UNIT.search(reading.norm)
    args = {"by": by["by"]} if by else {}
    return args | ({"unit": unit["unit"]} if unit else {}) | compartment(reading)


_TAG = re.compile(r"\b(?P<tag>[A-Za-z]\w*\.[A-Za-z]\w*)\b")
_DAYS = re.compile(r"\b(?:last |past )?(?P<days>\d{1,2}) days?\b")


def _reported(reading: Reading) -> dict[str, Any]:
    by, days, tag = _BY.search(reading.norm), _DAYS.search(reading.norm), _TAG.search(reading.raw)
    args: dict[str, Any] = {"by": by["by"]} if by else {}
    if not by and tag and re.search(r"\btags?\b", reading.norm):
        args = {"by": "tag", "tag": tag["tag"]}
    return args | ({"days": int(days["days"])} if days else {}) | compartment(reading)


FAMILY = (
    ask(
        "cost_focus",
        r"\bfocus\b.*\b(?:reports?|exports?|files?|csv|data|costs?|spen[dt]\w*)\b|\b(?:costs?|billing|usage) reports?\b|\b(?:reports?|costs?) in focus\b|\bfinops (?:reports?|exports?)\b",
        _reported,
    ),
    ask(
        "cost_of_change",
        r"\b(?:what|how much)\b.*\b(?:would|will|does|do|could|can)\b.*\b(?:cost|save|cheaper|dearer)\b|\b(?:cost|savings?|price) of (?:start|stop|delet|resiz|scal|giv|grow|shrink|terminat)ing\b",
        _change,
        needs="resource",
    ),
    ask(
        "cost_oversized",
        rf"\b(?P<large>over ?-?sized|over-?provisioned|right-?siz\w+|too (?:big|large)|larger than (?:they|it)|(?:could|can) be (?:made )?smaller|under-?(?:used|utili[sz]ed))\b.*\b{_CLOUD}\b|\b{_CLOUD}\b.*\b(?:over ?-?sized|over-?provisioned|right-?siz\w+|too (?:big|large)|larger than (?:they|it)|(?:could|can) be (?:made )?smaller|under-?(?:used|utili[sz]ed))\b",
        compartment,
    ),
    ask(
        "cost_idle",
        rf"\b(?:what|where) (?:would|could|can)(?: we| i)? (?:do to )?save\b|\bwhat saves (?:us )?money\b|\b(?:cut|reduc\w+|lower|bring down) (?:our |the |my )?(?:{_CLOUD} )*(?:costs?|bills?|spend\w*)\b|\b(?:spend|pay) less\b|\b(?:idle|unused|forgotten|wast\w+)\b.*\b(?:{_MONEY}|{_CLOUD}|pay\w*|paid)\b|\b{_CLOUD}\b.*\b(?:idle|unused|forgotten|do nothing|wast\w+)\b|\b(?:pay|paying|paid) for\b.*\b(?:not|nobody|never|no one|nothing)\b|\b(?:unattached|old) .*\b(?:volumes?|backups?)\b.*\bcost",
        _idle,
    ),
    ask("cost_budgets", r"(?<!error )(?<!latency )\bbudgets?\b(?! burn)", compartment),
    ask(
        "cost_anomalies",
        rf"\b(?:anomal\w+|odd|unusual|strange|abnormal|outliers?)\b.*\b{_MONEY}\b|\b{_MONEY}\b.*\b(?:anomal\w+|odd|unusual|strange|abnormal|outliers?)\b",
        compartment,
    ),
    ask(
        "cost_forecast",
        rf"\b(?:forecast|predict\w*|project(?:ed|ion)|end of (?:the |this )?month|next month)\b.*\b{_MONEY}\b|\b{_MONEY}\b.*\b(?:forecast|predict\w*|project(?:ed|ion)|end of (?:the |this )?month|next month)\b|\bwill (?:we|it|oci|oracle(?: cloud)?|this month|the month)\b.*\b{_MONEY}\b",
        compartment,
    ),
    ask(
        "cost_advice",
        r"\b(?:cloud advisor|oracle'?s? (?:cost )?(?:recommend\w+|advice|propos\w+))\b|\bcost recommendations?\b",
        compartment,
    ),
    ask(
        "cost_untagged",
        rf"\buntagged\b.*\b{_MONEY}|\b{_MONEY}\b.*\b(?:untagged|no (?:cost[ -]center|tags?)|without (?:a |any )?(?:cost[ -]center|tags?))",
        compartment,
    ),
    ask(
        "cost_compare",
        rf"\bcompar(?:e|es|ed|ing|ison)\b.*\b{_MONEY}|\b{_MONEY}\b.*\b(?:compar(?:e|es|ed|ing|ison)|than the (?:week|month|day) before|(?:vs|versus) (?:the )?last (?:week|month))|\bwhich sku\w* (?:grew|rose)|\bmore expensive compared\b",
        _compared,
    ),
)
