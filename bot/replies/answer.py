"""Outcome -> Message: the one place where an answer, a question, a refusal or a failure becomes blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agents.outcomes import Answer, Failure, Outcome, Question, Refusal
from bot.replies.blocks import Block, Message, actions, button, context, rich, section, table
from bot.replies.charts import chart_blocks
from bot.replies.feedback import thumbs
from bot.replies.prose import prose
from bot.replies.spoken import chart_words, table_words
from bot.replies.states import NOTHING
from bot.replies.text import Outbound, cut, duration
from tools.spec import Evidence, Scope

ACTION_ASK = "ask"  # a button that sends its own words in the clicker's name
ACTION_WISH = "wish"  # asks those who may to propose what the clicker may not
ACTION_RAW = "show_raw"  # opens the full result
EVIDENCE_SHOWN = 12
FALLBACK_LIMIT = 3_000
OUTSIDE = " (text from outside, not an instruction)"
SPAN = re.compile(r"\d+[smhdw]")


@dataclass(frozen=True, slots=True)
class Footer:
    """The ids by which a delivery and its thread are found in rows, logs and the audit."""

    request: str
    correlation: str
    evidence: int = EVIDENCE_SHOWN  # pieces shown
    asks: bool = False  # what the answer was worth; only where its request is the key of one post


def render(outcome: Outcome, out: Outbound, footer: Footer) -> Message:
    if isinstance(outcome, Answer):
        return _answer(outcome, out, footer)
    if isinstance(outcome, Question):
        return _question(outcome, out, footer)
    if isinstance(outcome, Refusal):
        return _refusal(outcome, out, footer)
    return _failure(outcome, out, footer)


def _answer(answer: Answer, out: Outbound, footer: Footer) -> Message:
    text, above, below = parts(answer, out, footer)
    text = "\n".join(filter(None, [text, _table_words(answer, out)]))
    return Message(text=text, blocks=(*above, *_tables(answer, out), *below))


def parts(answer: Answer, out: Outbound, footer: Footer) -> tuple[str, tuple[Block, ...], tuple[Block, ...]]:
    """An answer without its table: the text, what stands above the table and what below it."""
    above = [
        *prose(out.plain(answer.text)),
        *chart_blocks(answer.charts, out),
        *_evidence(answer.evidence, out, footer.evidence),
        *_list("Ruled out", answer.ruled_out, out),
        *_list("Could not see", answer.could_not_see, out),
    ]
    below = [
        *_offers(answer, out),
        *_notes(answer, out),
        *([thumbs(footer.request)] if footer.asks and not answer.plans else []),
        context(_scope_line(answer.scope, out), _made_by(answer, out), _ids(footer)),
    ]
    return _fallback(answer, out, footer.evidence), tuple(above), tuple(below)


def _evidence(items: Sequence[Evidence], out: Outbound, most: int) -> list[Block]:
    if not items:
        return []
    shown = [_evidence_line(item, out) for item in items[:most]]
    title = f"Evidence ({len(items)}, first {most} shown)" if len(items) > most else "Evidence"
    heading = {"type": "rich_text_section", "elements": [_text(title + "\n", bold=True)]}
    return [rich([heading, {"type": "rich_text_list", "style": "ordered", "elements": shown}])]


def _evidence_line(item: Evidence, out: Outbound) -> Block:
    value = out.plain(item.value, 500) or "-"
    parts = [_text(out.plain(item.label, 200) + ": "), _text(value, code=item.untrusted)]
    if item.untrusted:
        parts.append(_text(OUTSIDE, italic=True))
    parts += [_text("  "), _text(out.plain(item.ref, 300), code=True)]
    return {"type": "rich_text_section", "elements": parts}


def _list(title: str, items: Iterable[str], out: Outbound) -> list[Block]:
    lines = [{"type": "rich_text_section", "elements": [_text(out.plain(item, 600))]} for item in items]
    if not lines:
        return []
    heading = {"type": "rich_text_section", "elements": [_text(title + "\n", bold=True)]}
    return [rich([heading, {"type": "rich_text_list", "style": "bullet", "elements": lines}])]


def _tables(answer: Answer, out: Outbound) -> list[Block]:
    """Slack shows one table a message; the first is the one that answers."""
    if not answer.tables:
        return []
    return table(*_cells(answer, out))


def _table_words(answer: Answer, out: Outbound) -> str:
    """The same for those who hear it."""
    if not answer.tables:
        return ""
    caption, columns, rows = _cells(answer, out)
    return table_words(f"{caption}:", columns, rows)


def _cells(answer: Answer, out: Outbound) -> tuple[str, list[str], list[list[str]]]:
    item = answer.tables[0]
    rows = [[out.plain(cell, 200) for cell in row] for row in item.rows]
    return out.mrkdwn(item.caption, 200), [out.plain(name, 60) for name in item.columns], rows


def _offers(answer: Answer, out: Outbound) -> list[Block]:
    elements = [
        button(out.plain(words, 75), f"{ACTION_ASK}:{index}", words)
        for index, words in enumerate(answer.suggestions[:4])
    ]
    elements += [
        button(cut(f"Show raw: {out.plain(item.title)}", 75), f"{ACTION_RAW}:{index}", item.id)
        for index, item in enumerate(answer.artifacts[:3])
    ]
    return [actions("offers", elements)] if elements else []


def _notes(answer: Answer, out: Outbound) -> list[Block]:
    return [context(*[out.mrkdwn(note, 500) for note in answer.notes])] if answer.notes else []


def _scope_line(scope: Scope, out: Outbound) -> str:
    named = (
        ("cluster", scope.cluster),
        ("namespace", scope.namespace),
        ("service", scope.service),
        ("compartment", scope.compartment),
        ("region", scope.region),
    )
    parts = [f"{name} {value}" for name, value in named if value]
    parts += [_time(scope.since)] if scope.since else []
    return out.mrkdwn("Looked at: " + ", ".join(parts)) if parts else ""


def _time(since: str) -> str:
    """`now`, `the last 1h and 7d`; what is no plain span stays as it is."""
    spans = since.split(", ")
    return f"the last {' and '.join(spans)}" if all(SPAN.fullmatch(span) for span in spans) else since


def _made_by(answer: Answer, out: Outbound) -> str:
    if not (answer.tools or answer.tokens or answer.ms):
        return ""
    reads = f"{len(answer.tools)} read" + ("" if len(answer.tools) == 1 else "s")
    who = "offline planner" if answer.model == "offline" else answer.model
    tokens = f", {answer.tokens} tokens" if answer.tokens else ""
    return out.mrkdwn(f"{who}, {reads}{tokens}, {duration(answer.ms / 1000)}")


def _ids(footer: Footer) -> str:
    return f"request `{footer.request}`, thread `{footer.correlation}`"


def _question(question: Question, out: Outbound, footer: Footer) -> Message:
    text = out.plain(question.text)
    elements = [
        button(out.plain(words, 75), f"{ACTION_ASK}:{index}", words)
        for index, words in enumerate(question.options[:10])
    ]
    offers = [actions("options", elements)] if elements else []
    spoken = text + (" Options: " + " / ".join(question.options[:10]) if question.options else "")
    blocks = [*prose(text), *offers, context(_ids(footer))]
    return Message(text=out.mrkdwn(spoken, FALLBACK_LIMIT), blocks=tuple(blocks))


def _refusal(refusal: Refusal, out: Outbound, footer: Footer) -> Message:
    who = f"Who may: {', '.join(refusal.who_may)}." if refusal.who_may else ""
    unchanged = "" if NOTHING in refusal.text else NOTHING
    order = f"You asked to {refusal.order}." if refusal.order else ""
    because = f"The reason given: “{refusal.because}”." if refusal.because else ""
    text = " ".join(filter(None, [_sentence(refusal.text), because, order, who, unchanged]))
    reference = f"Reference `{out.mrkdwn(refusal.reference)}`" if refusal.reference else ""
    wish = [button("Ask them to propose it", ACTION_WISH, refusal.order)] if refusal.order and who else []
    offers = [actions("wish", wish)] if wish else []
    blocks = [section(out.mrkdwn(f":no_entry: {text}")), *offers, context(reference, _ids(footer))]
    return Message(text=out.mrkdwn(text, FALLBACK_LIMIT), blocks=tuple(blocks))


def _failure(failure: Failure, out: Outbound, footer: Footer) -> Message:
    what = _sentence(failure.what)
    text = f"{what} {failure.changed} {failure.next_step}"
    lines = [f"*{out.mrkdwn(what)}*", out.mrkdwn(failure.changed), out.mrkdwn(failure.next_step)]
    reference = f"Reference `{out.mrkdwn(failure.reference)}`"
    blocks = [section("\n".join(lines)), context(reference, _ids(footer))]
    return Message(text=out.mrkdwn(text, FALLBACK_LIMIT), blocks=tuple(blocks))


def _fallback(answer: Answer, out: Outbound, most: int) -> str:
    """The answer for those who hear it: complete without any block."""
    parts = [answer.text.replace("**", "").replace("`", "")]
    parts += [_heard(item) for item in answer.evidence[:most]]
    parts += [f"Ruled out: {item}" for item in answer.ruled_out]
    parts += [f"Could not see: {item}" for item in answer.could_not_see]
    drawn = [_sentence(chart_words(chart, out)) for chart in answer.charts if chart.series]
    return cut("\n".join([*(out.mrkdwn(_sentence(part)) for part in parts), *drawn]), FALLBACK_LIMIT)


def _heard(item: Evidence) -> str:
    return f"Evidence: {item.label}: {item.value}{OUTSIDE if item.untrusted else ''}"


def _sentence(text: str) -> str:
    """Read aloud, each line must end somewhere."""
    return text if text.rstrip().endswith((".", "!", "?", ":", "…")) else f"{text.rstrip()}."


def _text(text: str, **style: bool) -> Block:
    return {"type": "text", "text": text or "-", **({"style": style} if style else {})}
