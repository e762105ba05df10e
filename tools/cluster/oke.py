"""Clusters of Oracle (OKE): their kubeconfig asks Oracle's command line for a token at every start; we sign it ourselves.

Whoever signs is put in by a caller that knows Oracle Cloud: this side knows neither its SDK nor its keys.
"""

from __future__ import annotations

import copy
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Protocol

KEPT_S: Final = 180.0  # of the four minutes for which a token is good


class Signer(Protocol):
    def __call__(self, cluster: str, region: str) -> str:
        """A bearer token for the cluster of that OCID. Blocking. Raises the three error words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a kubeconfig would have had the command line do."""

    cluster: str
    region: str


@dataclass
class Tokens:
    """A token that is renewed before it expires; threads share it."""

    asked: Asked
    sign: Signer
    clock: Callable[[], float] = time.monotonic
    _kept: str = ""
    _until: float = 0.0
    _making: threading.Lock = field(default_factory=threading.Lock)

    def token(self) -> str:
        with self._making:
            if not self._kept or self.clock() >= self._until:
                self._kept = self.sign(self.asked.cluster, self.asked.region)
                self._until = self.clock() + KEPT_S
            return self._kept

    def forget(self, token: str) -> None:
        """It was not accepted: the next one is new, unless somebody made one meanwhile."""
        with self._making:
            if token == self._kept:
                self._kept = ""


def asked_of(kubeconfig: Path | None, context: str) -> tuple[dict[str, Any], Asked] | None:
    """The kubeconfig without the command, and what it would ask for; None when this context asks no such thing."""
    import yaml

    for file in _files(kubeconfig):
        try:
            found = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            continue
        user = _user(found, context)
        asked = _asked(user.get("exec")) if user is not None else None
        if asked is not None:
            return _without(found, context, file.parent), asked
    return None


def _files(kubeconfig: Path | None) -> list[Path]:
    usual = Path.home() / ".kube" / "config"
    return [Path(name).expanduser() for name in str(kubeconfig or usual).split(os.pathsep) if name]


def _entry(config: Any, kind: str, name: object) -> dict[str, Any] | None:
    entries = config.get(f"{kind}s") if isinstance(config, dict) else None
    named = (e for e in entries or [] if isinstance(e, dict) and e.get("name") == name)
    return next((e[kind] for e in named if isinstance(e.get(kind), dict)), None)


def _user(config: Any, context: str) -> dict[str, Any] | None:
    found = _entry(config, "context", context)
    return _entry(config, "user", found.get("user")) if found else None


def _asked(command: Any) -> Asked | None:
    """`oci ce cluster generate-token --cluster-id <ocid> --region <name>`."""
    if not isinstance(command, dict) or Path(str(command.get("command", ""))).name not in {"oci", "oci.exe"}:
        return None
    words = [str(word) for word in command.get("args") or []]
    if "generate-token" not in words:
        return None
    given = dict(pairwise(words))
    cluster, region = given.get("--cluster-id", ""), given.get("--region", "")
    return Asked(cluster, region) if cluster.startswith("ocid1.cluster.") else None


def _without(config: dict[str, Any], context: str, folder: Path) -> dict[str, Any]:
    """The same with nothing to run; a certificate's file stays where it is."""
    plain = copy.deepcopy(config)
    user = _user(plain, context)
    if user is not None:
        user.clear()
        user["token"] = "signed when it is needed"  # noqa: S105 - a place that the SDK wants filled
    found = _entry(plain, "context", context) or {}
    cluster = _entry(plain, "cluster", found.get("cluster"))
    if cluster and cluster.get("certificate-authority"):
        cluster["certificate-authority"] = str(folder / str(cluster["certificate-authority"]))
    return plain
