"""Whether a message says in its `text` what its blocks show, and calls nobody: for tests of every message that can leave."""

import html
import re
import unicodedata

CROWD = re.compile(r"<!(?!date\^)|@(?:channel|here|everyone)\b|<!subteam", re.IGNORECASE)
EMOJI = re.compile(r":[a-z0-9_+-]+:")
DATE = re.compile(r"<!date\^\d+\^[^|>]*\|([^>]*)>")
WORD = re.compile(r"[^\W_]{2,}")
SHOWN = ("header", "section", "rich_text", "table", "data_visualization")


def words(text):
    """The words that people read, without marks of Slack's."""
    bare = EMOJI.sub(" ", html.unescape(DATE.sub(r"\1", unicodedata.normalize("NFKC", text))))
    return WORD.findall(bare.casefold())


def texts(value):
    """Each text in a block, in order; not what a button reads."""
    if isinstance(value, dict):
        code = value.get("style", {}).get("code") if isinstance(value.get("style"), dict) else False
        if value.get("type") == "button" or (code and " " not in value["text"]):
            return  # what is pressed; where a piece of evidence is from
        if value.get("type") == "data_visualization":
            yield value["title"]
            lines = value["chart"]["series"]
            yield from (one["name"] for one in lines if len(lines) > 1)
            return
        for key, item in value.items():
            if key not in {"type", "block_id", "style", "action_id", "value"}:
                yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def unsaid(payload):
    """Words that a reader of the blocks sees and whoever hears the message does not. A cut text ends with the sign of it."""
    said = set(words(payload["text"]))
    blocks = [block for block in payload["blocks"] if block["type"] in SHOWN]
    return [word for block in blocks for text in texts(block) for word in words(text) if word not in said]


def without_a_name(payload):
    """Pictures, charts and tables that nothing names: `alt_text`, a title, a caption in the block before."""
    found, before = [], {}
    for block in payload["blocks"]:
        kind = block["type"]
        named = {
            "image": bool(block.get("alt_text", "").strip()),
            "data_visualization": bool(block.get("title", "").strip()),
            "table": before.get("type") == "context" and bool("".join(texts(before)).strip(" *-")),
        }.get(kind, True)
        found += [] if named else [kind]
        before = block
    return found


def interpreted(value, kind=""):
    """Each text in which Slack reads mentions."""
    if isinstance(value, dict):
        if value.get("type") not in {"plain_text", "raw_text", "text"}:
            for key, item in value.items():
                yield from interpreted(item, key)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from interpreted(item)
    elif isinstance(value, str) and kind == "text":
        yield value


def calls_a_crowd(payload):
    return [text for text in interpreted(payload) if CROWD.search(text)]
