"""Whether a delivery comes from whoever holds our secret. Each system proves it in its own way, and in no other.

GitHub and Flux sign the body (HMAC); GitLab sends the secret itself as a token; Argo CD sends it as a bearer token, for its
templates cannot sign. Anything else signs the body as Flux does.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final, Literal

System = Literal["github", "gitlab", "argocd", "flux", "generic"]
SYSTEMS: Final[tuple[System, ...]] = ("github", "gitlab", "argocd", "flux", "generic")
_HASHES: Final = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}


def proven(system: System, headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """`headers` are read without regard to letter case. An empty secret proves nothing."""
    if not secret:
        return False
    match system:
        case "github":
            return _signed(headers.get("X-Hub-Signature-256", ""), body, secret, only="sha256")
        case "gitlab":
            return _same(headers.get("X-Gitlab-Token", ""), secret)
        case "argocd":
            kind, _, token = headers.get("Authorization", "").partition(" ")
            return kind.lower() == "bearer" and _same(token.strip(), secret)
        case _:
            return _signed(headers.get("X-Signature", ""), body, secret)


def _signed(given: str, body: bytes, secret: str, only: str = "") -> bool:
    """`sha256=<hex>`."""
    name, _, digest = given.partition("=")
    method = _HASHES.get(name.strip().lower())
    if method is None or (only and name != only):
        return False
    return _same(digest.strip().lower(), hmac.new(secret.encode(), body, method).hexdigest())


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())
