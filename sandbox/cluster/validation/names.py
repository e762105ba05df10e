"""Names and labels."""

import re
from typing import Final

from sandbox.cluster.errors import Cause, cause
from sandbox.cluster.metadata import Obj, name_of
from sandbox.cluster.resources import Resource

_LABEL: Final = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
SUBDOMAIN: Final = re.compile(rf"{_LABEL}(\.{_LABEL})*")
LABEL: Final = re.compile(_LABEL)
VALUE: Final = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
SUBDOMAIN_WORDS: Final = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
    "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
LABEL_WORDS: Final = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
    "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
VALUE_WORDS: Final = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
    "and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
    "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
FREE: Final = "rbac.authorization.k8s.io"  # roles may have colons in their names
BY_LABEL: Final = frozenset(("v1/namespaces", "v1/services"))


def name_causes(kind: Resource, obj: Obj) -> list[Cause]:
    name = name_of(obj)
    if kind.group == FREE:
        causes = (
            []
            if name and "/" not in name and "%" not in name
            else [cause("metadata.name", f'Invalid value: "{name}"')]
        )
    elif kind.key in BY_LABEL:
        causes = _form("metadata.name", name, LABEL, LABEL_WORDS, 63)
    else:
        causes = _form("metadata.name", name, SUBDOMAIN, SUBDOMAIN_WORDS, 253)
    return causes + label_causes("metadata.labels", obj["metadata"].get("labels"))


def _form(field: str, name: str, form: re.Pattern[str], words: str, longest: int) -> list[Cause]:
    if not name:
        return [cause(field, "Required value: name or generateName is required")]
    if len(name) > longest:
        return [cause(field, f'Invalid value: "{name}": must be no more than {longest} characters')]
    return [] if form.fullmatch(name) else [cause(field, f'Invalid value: "{name}": {words}')]


def label_causes(field: str, labels: dict[str, str] | None) -> list[Cause]:
    wrong = [
        value for value in (labels or {}).values() if len(str(value)) > 63 or not VALUE.fullmatch(str(value))
    ]
    return [cause(field, f'Invalid value: "{value}": {VALUE_WORDS}') for value in wrong]


def label_name(field: str, name: str) -> list[Cause]:
    """A container's or volume's name."""
    if not name:
        return [cause(field, "Required value")]
    return [] if LABEL.fullmatch(name) else [cause(field, f'Invalid value: "{name}": {LABEL_WORDS}')]
