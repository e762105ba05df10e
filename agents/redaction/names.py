"""Names that say: what stands behind me is secret. And values that are none, whatever the name."""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Iterator
from functools import lru_cache

# what a regular expression looks for; `kind_of` decides
HINT = (
    r"passw|passphrase|pass[_ -]?phrase|passcode|pwd|secret|token|credential|creds|apikey|dsn|[a-z]pass\b|_pass\b|\bpass\b|[_-]pw\b"
    r"|(?:api|access|private|client|encryption|signing|auth|account|storage|master|ssh|shared|routing|service|license|jwt"
    r"|hmac|aes|fernet|cipher|session|secret|root)[_. -]?key|_key\b|_auth\b|connection[_-]?string|conn[_-]?str|key[_-]?file"
    r"|ssh[_-]?authorized|user[_-]?data"
)
PASSWORDS = {"password", "passwd", "passphrase", "passcode", "pwd", "pass", "psw", "passwords", "pw"}
SECRETS = {
    "secret", "secrets", "token", "tokens", "credential", "credentials", "creds", "apikey", "apikeys",
    "dsn",
}  # fmt: skip
KEYED = {
    "api", "access", "private", "client", "encryption", "signing", "auth", "account", "storage",
    "master", "ssh", "shared", "routing", "service", "license", "jwt", "hmac", "aes", "fernet", "cipher",
    "session", "secret", "root",
}  # fmt: skip
# a last word that makes it a statement about a secret instead of the secret
ABOUT = {
    "name", "names", "file", "files", "path", "paths", "dir", "ref", "refs", "id", "ids", "type",
    "types", "kind", "ttl", "expiry", "expires", "expiration", "expire", "age", "count", "counts", "len",
    "length", "size", "limit", "limits", "max", "min", "enabled", "disabled", "required", "policy",
    "url", "uri", "endpoint", "host", "port", "version", "provider", "store", "manager", "mode", "mount",
    "usage", "issuer", "audience", "algorithm", "alg", "format", "prefix", "suffix", "header", "status",
    "state", "period", "interval", "seconds", "minutes", "hours", "days", "at", "time", "timeout",
    "hint", "reviews", "review", "volume", "class", "label", "selector", "namespace", "rotation", "used",
    "left", "budget", "method", "location", "field", "rule", "rules", "change", "changed", "reset",
    "resets", "create", "created", "updated", "error", "errors", "index", "domain", "generator",
    "binding", "optional", "lifetime", "window",
}  # fmt: skip
NOT_KEYS = {
    "public", "primary", "foreign", "sort", "partition", "cache", "dedupe", "idempotency", "row",
    "object", "label",
}  # fmt: skip
NOT_SECRET = re.compile(r"(?:page|continue|retry|sync|opc|cursor|stop|eos|bos|pad)_tokens?$|pull_secrets?$")
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
NAME_CHARACTERS = frozenset(string.ascii_letters + string.digits + "_.-")
SEPARATOR = re.compile(r"[^a-z0-9]+")

HARMLESS = re.compile(
    r"""(?ix) (?: true | false | yes | no | on | off | null | none | nil | ~ | undefined | n/a | -+ | \.\.\. | "" | ''
    | <[^<>]*> | <set\ to\ the\ key\ [^<>]*> .* | \*{2,} | redacted | \(?\d+\ bytes\)? | \$\([^()]*\) | \$\{[^}]*\} | \{\{.*\}\} | [\[{(]\]?\}?\)?
    | SecretStr\(.* | [|>][+-]? | valueFrom:? | (?:\[redacted:[a-z0-9-]+\])+ ) """
)
SHELL_VARIABLE = re.compile(r"\$[A-Z_][A-Z0-9_]*")


FOUND = re.compile(HINT)
FOUND_ANY_CASE = re.compile(HINT, re.IGNORECASE)
PART = re.compile(r"[\w.-]*", re.ASCII)
BACKWARD = 80  # characters of a name before the part that makes it one


def names_in(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the names stand that may be secret-like, between two positions."""
    part = text[start:end]
    low = part.lower() if part.isascii() else ""
    done = -1
    for found in FOUND.finditer(low) if low else FOUND_ANY_CASE.finditer(part):
        if start + found.end() <= done:
            continue
        first = start + found.start()
        while first > 0 and start + found.start() - first < BACKWARD and text[first - 1] in NAME_CHARACTERS:
            first -= 1
        tail = PART.match(text, start + found.end())
        done = tail.end() if tail else start + found.end()
        yield first, done


def words(name: str) -> list[str]:
    """`dbPassword`, `DB_PASSWORD` and `db-password` alike."""
    return [word for word in SEPARATOR.split(CAMEL.sub("_", name).lower()) if word]


@lru_cache(maxsize=4096)
def kind_of(name: str) -> str:
    """Which kind of secret a name announces; empty for none."""
    parts = [part.rstrip("0123456789") or part for part in words(name)]
    if not parts:
        return ""
    joined = "_".join(parts)
    if joined in {"ssh_authorized_keys", "ssh_authorized_key", "user_data", "userdata"}:
        return "instance-metadata"
    if joined.endswith("key_file") or joined == "keyfile":
        return "key-file"
    if parts[-1] in ABOUT or NOT_SECRET.search(joined):
        return ""
    return _announced(name, parts, joined)


def _announced(name: str, parts: list[str], joined: str) -> str:
    if PASSWORDS & set(parts) or re.search(r"pass_?phrase|[a-z]passw(?:or)?d$|[a-z]{2}pass$", joined):
        return "password"
    if SECRETS & set(parts) or re.search(r"(?:secret|token|apikey)$", joined):
        return "secret"
    pairs = set(itertools.pairwise(parts))
    if any(second in {"key", "keys"} and first in KEYED for first, second in pairs):
        return "key"
    if {("connection", "string"), ("conn", "str")} & pairs or joined in {"connectionstring", "connstr"}:
        return "secret"
    loud = len(parts) > 1 and name == name.upper()
    if loud and (parts[-1] == "auth" or (parts[-1] == "key" and parts[-2] not in NOT_KEYS)):
        return "key"
    return ""


def harmless(value: str) -> bool:
    """Nothing is given away by it: empty, a switch, a reference, a count, or already taken out."""
    bare = value.strip().strip("\"'`,;").strip()
    return not bare or any(form.fullmatch(bare) for form in (HARMLESS, SHELL_VARIABLE))
