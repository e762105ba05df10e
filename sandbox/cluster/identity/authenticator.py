"""Who sends a request: a client certificate, a bearer token, or nobody known."""

from typing import Any

from aiohttp import web

from sandbox.cluster import errors
from sandbox.cluster.identity.tokens import Tokens
from sandbox.cluster.identity.users import ANONYMOUS, User, person


class Authenticator:
    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def user(self, request: web.Request) -> User:
        """401 for a token that is wrong or old; without any proof the caller is anonymous."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            found = self._tokens.user(token.strip())
            if found is None:
                raise errors.ApiError(401, "Unauthorized", "Unauthorized")
            return found
        certificate = request.transport.get_extra_info("peercert") if request.transport else None
        return _certified(certificate) if certificate else ANONYMOUS


def _certified(certificate: dict[str, Any]) -> User:
    parts = [pair for group in certificate.get("subject", ()) for pair in group]
    name = next((value for key, value in parts if key == "commonName"), "")
    return person(name, tuple(value for key, value in parts if key == "organizationName"))
