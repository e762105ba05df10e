"""Bearer tokens: signed claims, so that they outlive a restart of the server."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.cluster.identity.users import User, person, service_account, split_service_account


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Tokens:
    """Issues and reads tokens with one secret, kept in `folder`. `now` gives seconds since 1970."""

    def __init__(self, folder: Path, now: Callable[[], float]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "token.key"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(32))
        self._secret = path.read_text().encode()
        self._now = now

    def issue(self, user: str, *, groups: tuple[str, ...] = (), seconds: float, **claims: Any) -> str:
        body = {"iss": "https://kubernetes.default.svc", "sub": user, "groups": groups, **claims}
        body |= {"iat": int(self._now()), "exp": int(self._now() + seconds)}
        head = _encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
        text = f"{head}.{_encode(json.dumps(body).encode())}"
        return f"{text}.{_encode(self._sign(text))}"

    def _sign(self, text: str) -> bytes:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).digest()

    def user(self, token: str) -> User | None:
        """Whose token this is; None when it is wrong or old."""
        text, _, signature = token.rpartition(".")
        if text.count(".") != 1 or not hmac.compare_digest(signature, _encode(self._sign(text))):
            return None
        claims = json.loads(_decode(text.split(".")[1]))
        if claims["exp"] < self._now():
            return None
        account = split_service_account(claims["sub"])
        if account:
            return service_account(*account, uid=claims.get("uid", ""))
        return person(claims["sub"], tuple(claims["groups"]))
