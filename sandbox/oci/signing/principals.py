"""Who may sign: a profile of the configuration file, its user, its key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.oci.errors import not_authenticated
from sandbox.oci.signing import signature
from sandbox.oci.signing.keys import Key, key
from sandbox.oci.signing.sessions import LASTS_S, PREFIX, Sessions
from sandbox.oci.signing.signature import Received

CONFIG: Final = "config"
SESSION: Final = "SESSION"  # the profile with a token instead of a key of its own; for whom DEFAULT is


@dataclass(frozen=True)
class Principal:
    """`user` and `tenancy` are OCIDs, `name` is the user's."""

    profile: str
    name: str
    user: str
    tenancy: str
    key: Key

    @property
    def key_id(self) -> str:
        return f"{self.tenancy}/{self.user}/{self.key.fingerprint}"


class Principals:
    """`folder` holds the keys and the configuration file, readable by their owner alone."""

    def __init__(self, folder: Path, tenancy: str, region: str, users: Mapping[str, tuple[str, str]]) -> None:
        self._folder, self._region = folder, region
        self.all = [
            Principal(profile, name, user, tenancy, key(folder / "keys" / f"{profile.lower()}.pem"))
            for profile, (name, user) in users.items()
        ]
        self._by_key = {one.key_id: one for one in self.all}
        self._sessions = Sessions(key(folder / "keys" / "issuer.pem"))
        self._session_key = key(folder / "keys" / "session.pem")

    @property
    def config_file(self) -> Path:
        return self._folder / CONFIG

    def write(self) -> Path:
        """The file that the SDK and the OCI command line read."""
        text = "\n".join([*(self._profile(one) for one in self.all), self._session_profile()])
        self.config_file.touch(mode=0o600)
        self.config_file.write_text(text, encoding="utf-8")
        return self.config_file

    def who(self, request: Received, now: float) -> Principal:
        """Who signed. Raises Refused(401)."""
        signed = signature.read(request.headers.get("authorization", ""))
        if signed.key_id.startswith(PREFIX):
            session = self._sessions.read(signed.key_id.removeprefix(PREFIX), now)
            signature.verify(signed, request, session.key, now)
            return next(one for one in self.all if one.user == session.user)
        found = self._by_key.get(signed.key_id)
        if found is None:
            raise not_authenticated()
        signature.verify(signed, request, found.key.public, now)
        return found

    def begin_session(self, now: float, seconds: float = LASTS_S) -> Path:
        """A fresh token of the SESSION profile, good for so long; the file that holds it."""
        one, path = self.all[0], self._folder / "session.token"
        path.touch(mode=0o600)
        path.write_text(self._sessions.issue(one.user, one.tenancy, self._session_key, now, seconds))
        return path

    def token(self, public: Key, now: float, **more: str) -> str:
        """For the first of them, who signs with that key for an hour; `more` are claims."""
        one = self.all[0]
        return self._sessions.issue(one.user, one.tenancy, public, now, LASTS_S, **more)

    def profile(self, request: Received) -> str:
        """Whose key the request names, proven or not."""
        header = request.headers.get("authorization", "")
        if f'keyId="{PREFIX}' in header:
            return SESSION
        return next((one.profile for one in self.all if one.key_id in header), "")

    def profiles(self) -> Iterable[str]:
        return [*(one.profile for one in self.all), SESSION]

    def _session_profile(self) -> str:
        lines = {
            "fingerprint": self._session_key.fingerprint,
            "key_file": self._session_key.path,
            "tenancy": self.all[0].tenancy,
            "region": self._region,
            "security_token_file": self._folder / "session.token",
        }
        return f"[{SESSION}]\n" + "".join(f"{name}={value}\n" for name, value in lines.items())

    def _profile(self, one: Principal) -> str:
        lines = {
            "user": one.user,
            "fingerprint": one.key.fingerprint,
            "key_file": one.key.path,
            "tenancy": one.tenancy,
            "region": self._region,
        }
        return f"[{one.profile}]\n" + "".join(f"{name}={value}\n" for name, value in lines.items())
