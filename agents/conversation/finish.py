"""A model's text to an answer: references checked against what tools really showed, claims without any marked."""

from __future__ import annotations

import re
from dataclasses import replace

from agents.conversation.compose import answer, tool_answer
from agents.conversation.failing import ask_back, failed
from agents.conversation.investigate import conclusion
from agents.conversation.once import beyond
from agents.conversation.work import Work
from agents.findings import diagnosis_of
from agents.outcomes import Answer, Outcome, Question, Refusal
from tools.spec import Evidence

_MARK = re.compile(r"\s?\[(\d{1,3})\]")
_SECTION = re.compile(
    r"^\s*(?:\*\*)?(?P<name>ruled out|could not see)(?:\*\*)?\s*:\s*(?P<rest>.+)$", re.IGNORECASE
)
_APPROVAL = re.compile(
    r"\bapproved\b|\bapproval (?:was |is |has been )?(?:given|granted|received)\b|\bapproves\b", re.IGNORECASE
)
_FIGURE = re.compile(r"\d")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
MAX_CHARS = 3_000
ONLY_CLICKS = "No text approves anything: a plan runs only after people who may press Approve on its card."
NO_EVIDENCE = "This answer cites nothing that a tool showed. Take it as a guess."


def finish(work: Work, text: str) -> Outcome:
    """The outcome of a turn that a model answered with `text`."""
    asked = work.log.asked()
    if asked is not None and not work.log.good and not work.log.plans:
        return ask_back(work, asked)
    refusal = _refusal(work)
    if refusal is not None:
        return refusal
    body, out, unseen = _sections(text.strip()[:MAX_CHARS])
    if not body:
        return without_text(work)
    body, cited = renumbered(body, work.log.evidence)
    notes = _flags(work, body, cited)
    found = answer(work, quoted(body), notes=notes)
    evidence = tuple(cited) or found.evidence
    ruled_out = (*found.ruled_out, *beyond(found.ruled_out, out))
    could_not_see = (*found.could_not_see, *beyond(found.could_not_see, unseen))
    return replace(
        found, evidence=evidence, ruled_out=ruled_out, could_not_see=could_not_see,
        says_more=bool(found.plans) and len(_sentences(body)) > 1,
    )  # fmt: skip


def without_text(work: Work) -> Outcome:
    """The answer that code makes of what was found, when a model made none."""
    asked = work.log.asked()
    if asked is not None and not work.log.good:
        return ask_back(work, asked)
    for called in work.log.good:
        found = diagnosis_of(called) if called.name == "k8s_diagnose" else None
        if found is not None and found.first is not None:
            return conclusion(work, found, found.first)
    if work.log.good:
        return tool_answer(work, work.log.good[-1])
    if work.log.calls:
        return failed(work, work.log.calls[-1])
    return Question("I could not find an answer. Ask again in other words, please.")


def renumbered(text: str, evidence: list[Evidence]) -> tuple[str, list[Evidence]]:
    """Marks in the order of their first use; marks of things that no tool showed are taken out."""
    order: list[int] = []

    def mark(match: re.Match[str]) -> str:
        number = int(match.group(1))
        if not 1 <= number <= len(evidence):
            return ""
        if number not in order:
            order.append(number)
        return f" [{order.index(number) + 1}]"

    return _MARK.sub(mark, text).strip(), [evidence[number - 1] for number in order]


def quoted(text: str) -> str:
    """Words about approval are shown as the model's words, with what is true: only clicks approve."""
    lines = [f"> The model wrote: {line}" if _APPROVAL.search(line) else line for line in text.splitlines()]
    told = [*lines, ONLY_CLICKS] if any(_APPROVAL.search(line) for line in text.splitlines()) else lines
    return "\n".join(told)


def _flags(work: Work, text: str, cited: list[Evidence]) -> list[str]:
    if not work.log.good and not work.log.plans:
        return [NO_EVIDENCE] if _claims(text) else []
    if not cited and work.log.evidence and not work.log.plans:
        return ["The model did not say which fact shows what; all facts of this turn are listed."]
    bare = [
        part for part in _sentences(text) if _FIGURE.search(_MARK.sub("", part)) and not _MARK.search(part)
    ]
    return (
        [f"{len(bare)} statement(s) with figures carry no reference."] if bare and not work.log.plans else []
    )


def _sentences(text: str) -> list[str]:
    return [part for part in _SENTENCE.split(text) if part.strip()]


def _claims(text: str) -> bool:
    """Whether a text states something rather than asking or greeting."""
    return not text.rstrip().endswith("?")


def _sections(text: str) -> tuple[str, list[str], list[str]]:
    """The text without its "Ruled out" and "Could not see" lines, and those."""
    body: list[str] = []
    named: dict[str, list[str]] = {"ruled out": [], "could not see": []}
    for line in text.splitlines():
        match = _SECTION.match(line)
        if match:
            named[match["name"].lower()].append(_MARK.sub("", match["rest"]).strip())
        else:
            body.append(line)
    nothing = {"nothing", "none", "nothing.", "none.", "n/a", "-"}
    kept = {name: [line for line in lines if line.lower() not in nothing] for name, lines in named.items()}
    return "\n".join(body).strip(), kept["ruled out"], kept["could not see"]


def _refusal(work: Work) -> Refusal | Question | None:
    """Where all that happened is a refusal, the person gets the refusal itself, with who may."""
    if work.log.plans or work.log.good:
        return None
    for said in work.log.said_no:
        if isinstance(said, Refusal | Question):
            return said
    refused = work.log.refused()
    outcome = failed(work, refused) if refused is not None else None
    return outcome if isinstance(outcome, Refusal) else None


__all__ = ["Answer", "finish", "quoted", "renumbered", "without_text"]
