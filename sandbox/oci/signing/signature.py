"""HTTP signatures (draft-cavage) as the SDK makes them: which headers, which string, which key, how old."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox.oci.errors import Refused, not_authenticated

SKEW_S: Final = 300.0
ALWAYS: Final = frozenset({"(request-target)", "host"})
WITH_BODY: Final = frozenset({"content-length", "content-type", "x-content-sha256"})
_FILE: Final = re.compile(
    r"(?:/[\w-]+)?/object_storage/n/[^/]+/b/[^/]+/[ou]/"
)  # uploads: their body is not signed
_PART: Final = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Received:
    """A request as it came: `target` is path and query, byte for byte; headers by lower-case name."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Signature:
    key_id: str
    headers: tuple[str, ...]
    value: bytes


def read(header: str) -> Signature:
    """The `Authorization` header's parts."""
    scheme, _, rest = header.partition(" ")
    parts = dict(_PART.findall(rest))
    if scheme.lower() != "signature" or parts.get("algorithm") != "rsa-sha256" or not parts.get("keyId"):
        raise not_authenticated()
    try:
        value = base64.b64decode(parts.get("signature", ""), validate=True)
    except binascii.Error:
        raise not_authenticated() from None
    return Signature(parts["keyId"], tuple(parts.get("headers", "date").lower().split()), value)


def verify(signature: Signature, request: Received, key: rsa.RSAPublicKey, now: float) -> None:
    """Raises Refused(401) for the first thing that is wrong."""
    _covers_enough(signature, request)
    _in_time(request, now)
    if _with_body(request) and not _is_its_body(request):
        raise not_authenticated()
    try:
        text = signing_string(signature.headers, request).encode()
        key.verify(signature.value, text, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, KeyError):
        raise not_authenticated() from None


def signing_string(names: tuple[str, ...], request: Received) -> str:
    """Raises KeyError for a header that is signed and was not sent."""
    target = f"{request.method.lower()} {request.target}"
    return "\n".join(
        f"{name}: {target if name == '(request-target)' else request.headers[name]}" for name in names
    )


def _covers_enough(signature: Signature, request: Received) -> None:
    signed = frozenset(signature.headers)
    needed = ALWAYS | (WITH_BODY if _with_body(request) else frozenset())
    if needed - signed or not signed & {"date", "x-date"}:
        raise not_authenticated()


def _with_body(request: Received) -> bool:
    """Whether what is sent must be signed; the two streaming uploads of object storage are the exception."""
    if request.method == "PUT" and _FILE.match(request.target):
        return False
    return request.method in {"POST", "PUT", "PATCH"}


def _in_time(request: Received, now: float) -> None:
    text = request.headers.get("x-date") or request.headers.get("date", "")
    try:
        sent = parsedate_to_datetime(text).timestamp()
    except ValueError:
        raise not_authenticated() from None
    if abs(sent - now) > SKEW_S:
        raise _skewed(sent, now)


def _skewed(sent: float, now: float) -> Refused:
    first, last = _http(now - SKEW_S), _http(now + SKEW_S)
    allowed = f"Current '{_http(now)}', valid datetime range: ['{first}', '{last}']"
    return not_authenticated(f"Date '{_http(sent)}' is not within allowed clock skew. {allowed}")


def _http(at: float) -> str:
    return format_datetime(datetime.fromtimestamp(int(at), UTC), usegmt=True).replace("GMT", "UTC")


def _is_its_body(request: Received) -> bool:
    digest = base64.b64encode(hashlib.sha256(request.body).digest()).decode()
    length = request.headers.get("content-length", "")
    return request.headers.get("x-content-sha256") == digest and length == str(len(request.body))
