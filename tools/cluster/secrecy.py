"""Values that never leave: by the name they stand under, and by the forms that credentials have in addresses."""

from __future__ import annotations

import re

HIDDEN = "(hidden)"
_NAME = re.compile(
    r"secret|token|passw|pwd|passphrase|credential|private|api_?key|access_?key|(^|[_\-.])(key|auth|salt|cert|dsn)s?$"
    r"|key$|conn(ection)?_?str",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^/@\s]+@", re.IGNORECASE)
_FLAG = re.compile(
    r"(?P<flag>--?[\w-]*(?:secret|token|passw|pwd|credential|key)[\w-]*[= ])(?P<value>\S+)", re.IGNORECASE
)


def secret_like(name: str) -> bool:
    return bool(_NAME.search(name))


def safe_value(name: str, value: object) -> str:
    """The value as text, hidden when its name speaks of a secret; credentials in addresses and flags are cut out."""
    text = str(value)
    if text and secret_like(name):
        return HIDDEN
    text = _USERINFO.sub(rf"\g<scheme>{HIDDEN}@", text)
    return _FLAG.sub(rf"\g<flag>{HIDDEN}", text)
