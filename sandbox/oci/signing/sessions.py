"""Short-lived tokens, as `oci session authenticate` gets them: for whom, until when, and the key that signs with them."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox.oci.errors import not_authenticated
from sandbox.oci.signing.keys import Key

PREFIX: Final = "ST$"
LASTS_S: Final = 3600.0


@dataclass(frozen=True)
class Session:
    """`user` and `tenancy` are OCIDs; requests are signed with the private half of `key`."""

    user: str
    tenancy: str
    key: rsa.RSAPublicKey


class Sessions:
    """`issuer` signs the tokens, which are JSON web tokens."""

    def __init__(self, issuer: Key) -> None:
        self._issuer = issuer

    def issue(
        self, user: str, tenancy: str, key: Key, now: float, seconds: float = LASTS_S, **more: str
    ) -> str:
        claims = {
            **more,
            "sub": user,
            "tenant": tenancy,
            "iat": int(now),
            "exp": int(now + seconds),
            "jwk": json.dumps(_jwk(key.public)),
        }
        signed = f"{_packed({'alg': 'RS256', 'kid': 'local', 'typ': 'JWT'})}.{_packed(claims)}"
        private = self._issuer.private()
        return f"{signed}.{_text(private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def read(self, token: str, now: float) -> Session:
        """Raises Refused(401) for a token that is not ours or is over."""
        signed, _, signature = token.rpartition(".")
        try:
            self._issuer.public.verify(
                _bytes(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except (InvalidSignature, binascii.Error):
            raise not_authenticated() from None
        claims: dict[str, Any] = json.loads(_bytes(signed.partition(".")[2]))
        if claims["exp"] <= now:
            raise not_authenticated()
        return Session(claims["sub"], claims["tenant"], _public(json.loads(claims["jwk"])))


def _jwk(key: rsa.RSAPublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    return {"kty": "RSA", "kid": "local", "n": _number(numbers.n), "e": _number(numbers.e)}


def _public(jwk: dict[str, str]) -> rsa.RSAPublicKey:
    exponent, modulus = (int.from_bytes(_bytes(jwk[name])) for name in ("e", "n"))
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def _number(value: int) -> str:
    return _text(value.to_bytes((value.bit_length() + 7) // 8))


def _packed(value: dict[str, Any]) -> str:
    return _text(json.dumps(value).encode())


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
