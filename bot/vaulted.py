"""Settings whose values stand in a vault of Oracle Cloud: `GROQ_API_KEY=oci-vault:ocid1.vaultsecret...`.

Read once, at the start, by the read principal; kept nowhere and never named in an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from tools.errors import ToolError

if TYPE_CHECKING:
    from tools.oracle.credentials import Mode, Principal

MARK: Final = "oci-vault:"
_FORM: Final = re.compile(r"oci-vault:(ocid1\.vaultsecret\.[a-z0-9_-]+\.[a-z0-9-]*\.[a-z0-9.]+)")
MODES: Final = ("config", "session", "instance_principal", "resource_principal", "oke_workload_identity")


class Unreadable(Exception):
    """`problems` has one line a field, without values."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Vaulted(PydanticBaseSettingsSource):
    """The given sources, the strongest first, with what they leave to a vault in its place."""

    def __init__(
        self,
        settings_cls: type[BaseSettings],
        sources: tuple[PydanticBaseSettingsSource, ...],
        secret: frozenset[str],
    ) -> None:
        super().__init__(settings_cls)
        self._sources, self._secret = sources, secret

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Never asked: whole sources are merged."""
        del field
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Raises Unreadable naming every field whose secret cannot be read."""
        merged: dict[str, Any] = {}
        for source in reversed(self._sources):
            merged |= {key.lower(): value for key, value in source().items()}
        named = {key: text for key, text in merged.items() if isinstance(text, str) and text.startswith(MARK)}
        return merged | self._read(named, merged) if named else merged

    def _read(self, named: Mapping[str, str], merged: Mapping[str, Any]) -> dict[str, str]:
        from tools.oracle.secret_values import secret_values  # most processes have nothing in a vault

        idents = {key: found[1] for key, text in named.items() if (found := _FORM.fullmatch(text))}
        problems = [
            f"{key.upper()}: must be {MARK}<OCID of a secret>" for key in named if key not in idents
        ] + [f"{key.upper()}: is no secret, so it is not read from a vault" for key in named if key not in self._secret]  # fmt: skip
        if problems:
            raise Unreadable(tuple(problems))
        values = secret_values(
            _principal(merged), str(merged.get("oci_endpoints") or ""), frozenset(idents.values())
        )
        failed = {
            key: value for key, ident in idents.items() if isinstance(value := values[ident], ToolError)
        }
        if failed:
            raise Unreadable(
                tuple(
                    f"{key.upper()}: its secret cannot be read: {error.reason}"
                    for key, error in failed.items()
                )
            )
        return {key: str(values[ident]) for key, ident in idents.items()}


def _principal(merged: Mapping[str, Any]) -> Principal:
    from tools.oracle.credentials import Principal

    mode = str(merged.get("oci_auth") or "config")
    if mode not in MODES:
        raise Unreadable((f"OCI_AUTH: must be one of {', '.join(MODES)}",))
    file = merged.get("oci_config_file") or None
    profile = str(merged.get("oci_config_profile") or "DEFAULT")
    return Principal(cast("Mode", mode), Path(str(file)) if file else None, profile)
