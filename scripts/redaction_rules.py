r"""Turn gitleaks' rule file into the pinned data file of agents/redaction.

    python scripts/redaction_rules.py path/to/gitleaks.toml 8.30.1

Go's regular expressions differ from Python's in three ways that these rules use: flags in the middle of a pattern hold to
the end of their group, POSIX classes, and `\\z`. Rules about file paths, and those that agents/redaction does better over
the whole text, are left out.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path

OUT = Path(__file__).parent.parent / "agents" / "redaction" / "rules"
OURS = {"private-key", "kubernetes-secret-yaml", "curl-auth-header", "curl-auth-user", "pkcs12-file"}
FLAGS = re.compile(r"\(\?([a-z-]+)\)")
POSIX = {"[:alnum:]": "A-Za-z0-9", "[:digit:]": "0-9", "[:alpha:]": "A-Za-z"}


def python_pattern(go: str) -> str:
    for name, members in POSIX.items():
        go = go.replace(name, members)
    head = FLAGS.match(go)
    lead = head[0] if head else ""
    body, _ = _group(go[len(lead) :].replace(r"\z", r"\Z"), 0)
    return lead + body


def _group(text: str, at: int) -> tuple[str, int]:
    """One group's body from `at` to its end, with flags in its middle made groups of their own."""
    out, closing = "", ""
    while at < len(text):
        if text[at] == "\\":
            out, at = out + text[at : at + 2], at + 2
        elif text[at] == "[":
            end = _class_end(text, at)
            out, at = out + text[at:end], end
        elif flags := FLAGS.match(text, at):
            out, at, closing = f"{out}{closing}(?{flags[1]}:", flags.end(), ")"
        elif text[at] == "(":
            head = re.compile(r"\((\?[a-zA-Z-]*:|\?P<\w+>)?").match(text, at)
            assert head is not None
            inner, at = _group(text, head.end())
            out += head[0] + inner + ")"
        elif text[at] == ")":
            return out + closing, at + 1
        elif text[at] == "|" and closing:
            raise ValueError("a flag over alternatives: extend this script")
        else:
            out, at = out + text[at], at + 1
    return out + closing, at


def _class_end(text: str, at: int) -> int:
    end = at + 1 + (text[at + 1] == "^")
    end += text[end] == "]"
    while text[end] != "]":
        end += 2 if text[end] == "\\" else 1
    return end + 1


def rule(raw: dict) -> dict:
    kept = {"id": raw["id"], "regex": python_pattern(raw["regex"]), "keywords": raw["keywords"]}
    if "entropy" in raw:
        kept["entropy"] = raw["entropy"]
    if "secretGroup" in raw:
        kept["group"] = raw["secretGroup"]
    re.compile(kept["regex"], re.ASCII)
    return kept


def main(source: str, version: str) -> None:
    rules = [r for r in tomllib.loads(Path(source).read_text())["rules"] if r["id"] not in OURS]
    generic = next(r for r in rules if r["id"] == "generic-api-key")
    lines = [json.dumps(rule(r), ensure_ascii=True) for r in rules]
    (OUT / "gitleaks.jsonl").write_text(f'{{"gitleaks": "{version}"}}\n' + "\n".join(lines) + "\n")
    words = sorted({word for a in generic["allowlists"] for word in a.get("stopwords", ())})
    (OUT / "gitleaks-stopwords.txt").write_text("\n".join(words) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
