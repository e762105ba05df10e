"""Who may sign: a profile of the configuration file, its user, its key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.oci.errors import not_authenticated
from sandbox.oci.signing import signature
from sandbox.oci.signing.keys import Key, key
from sandbox.oci.signing.signature import Received

CONFIG: Final = "config"


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

    @property
    def config_file(self) -> Path:
        return self._folder / CONFIG

    def write(self) -> Path:
        """The file that the SDK and the OCI command line read."""
        text = "\n".join(self._profile(one) for one in self.all)
        self.config_file.touch(mode=0o600)
        self.config_file.write_text(text, encoding="utf-8")
        return self.config_file

    def who(self, request: Received, now: float) -> Principal:
        """Who signed. Raises Refused(401)."""
        signed = signature.read(request.headers.get("authorization", ""))
        found = self._by_key.get(signed.key_id)
        if found is None:
            raise not_authenticated()
        signature.verify(signed, request, found.key.public, now)
        return found

    def profile(self, request: Received) -> str:
        """Whose key the request names, proven or not."""
        header = request.headers.get("authorization", "")
        return next((one.profile for one in self.all if one.key_id in header), "")

    def profiles(self) -> Iterable[str]:
        return [one.profile for one in self.all]

    def _profile(self, one: Principal) -> str:
        lines = {
            "user": one.user,
            "fingerprint": one.key.fingerprint,
            "key_file": one.key.path,
            "tenancy": one.tenancy,
            "region": self._region,
        }
        return f"[{one.profile}]\n" + "".join(f"{name}={value}\n" for name, value in lines.items())
