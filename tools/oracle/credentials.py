"""Who we are to Oracle Cloud, by each way that it knows. Blocking: reads files or asks the instance."""

from __future__ import annotations

import base64
import configparser
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tools.errors import GiveUp, NotAllowed, ToolError

if TYPE_CHECKING:
    from oci.signer import AbstractBaseSigner

Mode = Literal["config", "session", "instance_principal", "resource_principal", "oke_workload_identity"]
SOURCE = "oci"
EXPIRES_SOON_S = 30.0
UNREADABLE = (OSError, UnicodeDecodeError, configparser.Error)


@dataclass(frozen=True, slots=True)
class Principal:
    """Where credentials come from. `file` empty means the SDK's usual place; it serves `config` and `session`."""

    mode: Mode = "config"
    file: Path | None = None
    profile: str = "DEFAULT"


@dataclass(frozen=True, slots=True)
class Credentials:
    """`config` and `signer` as the SDK's clients take them. `expires` in seconds since 1970, 0 for never."""

    config: Mapping[str, Any] = field(repr=False)
    signer: AbstractBaseSigner | None = field(repr=False)
    tenancy: str
    region: str
    expires: float = 0.0

    def usable(self, now: float) -> bool:
        return not self.expires or now < self.expires - EXPIRES_SOON_S


def open_credentials(principal: Principal, now: float, auth: str = "") -> Credentials:
    """Read and check them; nothing is sent but by a place that has its own, to the services beside it.

    `auth` is where tokens are issued when not at Oracle's own address.

    Raises:
        GiveUp: a file, profile, key or place that cannot be used; the words name which.
        NotAllowed: a session token that has expired, or a place that gets no token.
        TryLater: the service beside a place does not answer well.
    """
    if principal.mode == "config":
        return _from_file(principal)
    if principal.mode == "session":
        return _session(principal, now)
    from tools.oracle import places

    found = places.signed(principal.mode, auth)
    return Credentials({"region": found.region}, found.signer, found.tenancy, found.region)


def _from_file(principal: Principal) -> Credentials:
    import oci

    config = _read(principal)
    try:
        oci.config.validate_config(config)
        signer = oci.signer.Signer.from_config(config)
    except oci.exceptions.InvalidConfig as error:
        raise _unusable(principal, _fields(error)) from error
    except oci.exceptions.MissingPrivateKeyPassphrase as error:
        raise _unusable(principal, "the key needs a pass phrase: set pass_phrase") from error
    except OSError as error:
        raise _unusable(principal, "its key_file may not be read") from error
    except (oci.exceptions.InvalidPrivateKey, ValueError) as error:
        raise _unusable(principal, "its key_file is no private key in PEM form") from error
    return Credentials(config, signer, config["tenancy"], config["region"])


def _session(principal: Principal, now: float) -> Credentials:
    """A token of `oci session authenticate`, good for an hour."""
    import oci

    config = _read(principal)
    missing = [
        name for name in ("security_token_file", "key_file", "tenancy", "region") if not config.get(name)
    ]
    if missing:
        raise _unusable(principal, f"{', '.join(missing)} missing: make it with `oci session authenticate`")
    try:
        token = Path(config["security_token_file"]).expanduser().read_text(encoding="utf-8").strip()
        key = oci.signer.load_private_key_from_file(config["key_file"], config.get("pass_phrase"))
    except (OSError, ValueError) as error:
        raise _unusable(
            principal, "its security_token_file or key_file is not there, or is something else"
        ) from error
    found = Credentials(
        config,
        oci.auth.signers.SecurityTokenSigner(token, key),
        config["tenancy"],
        config["region"],
        expiry(token),
    )
    if not found.usable(now):
        raise NotAllowed(
            f"the session token of profile {principal.profile} has expired: run `oci session refresh`",
            SOURCE,
            needs="a fresh session token",
        )
    return found


def expiry(token: str) -> float:
    """The `exp` of a JSON web token, unverified: its server judges it. 0 when it names none."""
    try:
        middle = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        return float(claims.get("exp", 0))
    except (IndexError, ValueError, AttributeError, TypeError):
        return 0.0


def _read(principal: Principal) -> dict[str, Any]:
    import oci

    file = str(principal.file) if principal.file else oci.config.DEFAULT_LOCATION
    try:
        found: dict[str, Any] = oci.config.from_file(file, principal.profile)
    except oci.exceptions.ConfigFileNotFound as error:
        raise GiveUp("OCI_CONFIG_FILE: there is no such file", SOURCE) from error
    except oci.exceptions.ProfileNotFound as error:
        raise GiveUp(f"OCI_CONFIG_FILE: it has no profile {principal.profile}", SOURCE) from error
    except oci.exceptions.InvalidConfig as error:
        raise _unusable(principal, _fields(error)) from error
    except oci.exceptions.InvalidKeyFilePath as error:
        raise _unusable(principal, "its key_file is not there") from error
    except UNREADABLE as error:
        raise GiveUp("OCI_CONFIG_FILE: it cannot be read as a configuration file", SOURCE) from error
    return found


def _fields(error: Exception) -> str:
    """Which fields are wrong; never their values."""
    found = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    return ", ".join(f"{name} {why}" for name, why in sorted(found.items())) or "it is not complete"


def _unusable(principal: Principal, why: str) -> ToolError:
    return GiveUp(f"OCI_CONFIG_FILE, profile {principal.profile}: {why}", SOURCE)
