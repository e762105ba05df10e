"""Is X the problem? The suspect is diagnosed itself, and the numbers tell the cause from the victim."""

from __future__ import annotations

import re

from agents.conversation.compose import answer, cite
from agents.conversation.failing import failed
from agents.conversation.work import Work
from agents.findings import Diagnosis, Fault, diagnosis_of, sentence
from agents.outcomes import Answer, Outcome
from agents.planner import Known

_RELEASE = re.compile(r"\b(?:rollout|release|deploy\w*|change|version|update|revision|image)\b")
_DATA = re.compile(r"\b(?:database|databases|db|postgres\w*|mysql|sql)\b")


async def is_problem(work: Work) -> Outcome:
    """Yes, no, or not visible; with the arithmetic of the finding where there is one."""
    focus, word = _focus(work), str(work.route.args.get("suspect", ""))
    if _RELEASE.search(word):
        return await _release(work, focus)
    suspect = _suspect(work, focus, word)
    if not suspect:
        return await _unknown(work, focus, word)
    called = await work.read("k8s_diagnose", {"service": suspect})
    found = diagnosis_of(called)
    if found is None:
        return failed(work, called)
    return _verdict(work, suspect, found)


def _verdict(work: Work, suspect: str, found: Diagnosis) -> Answer:
    fault = found.first
    if found.victim == suspect and fault is not None:
        return answer(work, f"No, {suspect} is the victim. {_told(work, fault)}", suggestions=_offers(fault))
    if found.unexplained:
        return answer(
            work, f"Perhaps: {suspect} is not well, but I see no fault that explains it. {found.told}"
        )
    if fault is None:
        text = _cleared(work, suspect)
        return answer(work, text, suggestions=[f"why is {_focus(work)} failing?"] if _focus(work) else [])
    own = [item for item in found.faults if item.workload == suspect]
    if own:
        return answer(
            work, f"Yes, {suspect} has a fault of its own. {_told(work, own[0])}", suggestions=_offers(own[0])
        )
    text = f"No, the cause I see is elsewhere: {fault.workload}. {_told(work, fault)}"
    return answer(work, text, suggestions=_offers(fault))


def _cleared(work: Work, suspect: str) -> str:
    """Nobody is cleared by a read that was not answered."""
    if unread := next((line for line in work.log.could_not_see() if suspect in line), ""):
        return (
            f"I cannot clear {suspect}: what I see of it is well, but I could not see all of it ({unread})."
        )
    return f"No: nothing is wrong with {suspect} as far as I can see."


async def _release(work: Work, focus: str) -> Outcome:
    called = await work.read("k8s_diagnose", {"service": focus})
    found = diagnosis_of(called)
    if found is None:
        return failed(work, called)
    fault = next((item for item in found.faults if item.fault == "bad_release"), None)
    if fault is not None:
        return answer(
            work, f"Yes, the rollout is the cause. {_told(work, fault)}", suggestions=_offers(fault)
        )
    if found.first is None:
        state = "is not well, but" if found.unexplained else "is healthy, and"
        return answer(work, f"No: {focus} {state} no fault follows its last rollout. {found.told}".strip())
    return answer(
        work, f"No rollout explains it. {_told(work, found.first)}", suggestions=_offers(found.first)
    )


async def _unknown(work: Work, focus: str, word: str) -> Outcome:
    """A suspect that no tool stands for: say so, and what is known instead."""
    called = await work.read("k8s_diagnose", {"service": focus})
    found = diagnosis_of(called)
    if found is None:
        return failed(work, called)
    known = _told(work, found.first) if found.first else found.told
    base = answer(work, f"I cannot see “{word}” directly, so I neither blame nor clear it. {known}")
    unseen = (*base.could_not_see, f"{word}: no tool or service of that name")
    return Answer(
        **{**{name: getattr(base, name) for name in Answer.__dataclass_fields__}, "could_not_see": unseen}
    )


def _told(work: Work, fault: Fault) -> str:
    proof = [item for item in work.log.evidence if fault.proves(item)]
    return sentence(fault.cause).rstrip(".") + cite(work.log.evidence, proof[:4]) + "."


def _offers(fault: Fault) -> list[str]:
    from agents.findings import suggestion

    words = suggestion(fault, fault.workload)
    return [words] if words else []


def _focus(work: Work) -> str:
    args, fact = work.route.args, work.facts.focus
    return str(args.get("service") or args.get("name") or (fact.label if fact else ""))


def _suspect(work: Work, focus: str, word: str) -> str:
    """The service that the word means here: by name, as the focus's database, or as one of its dependencies."""
    if named := work.catalog.find(word, "service", "workload"):
        return named[0].name
    last = word.rsplit(maxsplit=1)[-1] if word else ""
    if last and (named := work.catalog.find(last, "service", "workload")):
        return named[0].name
    about = next(iter(work.catalog.find(focus, "service")), None)
    if about is None or not _DATA.search(word):
        return ""
    return about.database or _database_of(work, about)


def _database_of(work: Work, about: Known) -> str:
    """Among what the service needs, the one whose name or alias says database."""
    for name in about.depends_on:
        known = next(iter(work.catalog.find(name, "service")), None)
        words = [name, *(known.aliases if known else ())]
        if any(_DATA.search(word.replace("-", " ")) for word in words):
            return name
    return ""
