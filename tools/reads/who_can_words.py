"""The answer to "who can" in words: one statement as a line, as a row, as evidence, as JSON."""

from __future__ import annotations

from tools.access.answering import TAKEN, Row, Whole
from tools.access.judging import Line, Unread
from tools.reads.digest import listed, short, token
from tools.spec import Evidence, Json


def sorted_(whole: Whole) -> list[tuple[str, list[Row]]]:
    """What the statements do, in words that fit one and many."""
    says = {
        "grants": "granting it", "grants a part": "granting a part of it", "cannot tell": "of which it cannot be told",
        "only below": "granting it only below", TAKEN: "whose grant a deny takes away",
    }  # fmt: skip
    found = [(words, [row for row in whole.grants if row.verdict == key]) for key, words in says.items()]
    denies = {
        "takes it away": "denying it",
        "takes a part of it away": "denying a part of it",
        "may take it away": "that may deny it",
        "takes it away only below": "denying it only below",
    }
    found += [(words, [row for row in whole.denies if row.verdict == key]) for key, words in denies.items()]
    found.append(("whose condition rules it out", list(whole.ruled_out)))
    return [(words, some) for words, some in found if some]


def safe(row: Row) -> str:
    """Names that have room for a sentence are not repeated."""
    names = ", ".join(token(name, "with an unusual name") for name in row.who.names[:3])
    return f"{row.who.kind} {names}".strip() + (" of another tenancy" if row.who.tenancy else "")


def refused(one: Unread) -> str:
    """Without what it says: that is in the table."""
    policy = token(one.line.policy_name, "with an unusual name")
    return f"statement {one.line.number + 1} of policy {policy}: not in the language ({one.error.partition(':')[0]})"


def line(row: Row) -> str:
    said = [
        f"{row.verdict}: {row.who}",
        f"by {short(row.judged.line.text, 300)!r}",
        f"({source(row.judged.line)}): {'; '.join(row.judged.why)}",
    ]
    said += [f"members: {listed(row.members, 12)}"] if row.members else []
    said += [f"rule of {short(one, 200)}" for one in row.rules]
    said += ["a deny may take it away"] if row.doubted else []
    return " ".join(said[:3]) + "".join(f"; {one}" for one in said[3:])


def source(one: Line) -> str:
    return f"policy {one.policy_name} in {one.attached.path}, statement {one.number + 1}"


def unreadable(one: Unread) -> Json:
    return {"ref": one.line.ref, "policy_name": one.line.policy_name, "line": one.line.number + 1, "error": one.error}  # fmt: skip


def cells(row: Row) -> tuple[str, ...]:
    return (
        row.verdict,
        str(row.who),
        short(row.judged.line.text, 200),
        source(row.judged.line),
        "; ".join(row.judged.why),
        listed([*row.members, *row.rules], 8),
    )


def evidence(row: Row) -> Evidence:
    one = row.judged.line
    label = f"policy {token(one.policy_name, 'with an unusual name')}, statement {one.number + 1}"
    return Evidence(one.ref, label, short(one.text, 300), untrusted=True)


def entry(row: Row) -> Json:
    one = row.judged
    return {
        "verdict": row.verdict,
        "who": str(row.who),
        "statement": one.line.text,
        "ref": one.line.ref,
        "policy": one.line.policy,
        "policy_name": one.line.policy_name,
        "attached": one.line.attached.path,
        "line": one.line.number + 1,
        "why": list(one.why),
        "condition": one.statement.where.condition.text if one.statement.where else "",
        "members": list(row.members),
        "rules": list(row.rules),
        "denied_by": list(row.taken),
        "perhaps_denied_by": list(row.doubted),
    }


def ruled_out(row: Row) -> str:
    return f"{safe(row)}: {row.judged.why[-1].partition(' (')[0]}"
