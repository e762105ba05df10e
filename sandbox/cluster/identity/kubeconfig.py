"""Kubeconfig files as people have them: one cluster, one user, a context named `local`."""

import base64
from pathlib import Path
from typing import Any

import yaml

CONTEXT = "local"


def _inline(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def with_certificate(pair: tuple[Path, Path]) -> dict[str, str]:
    return {"client-certificate-data": _inline(pair[0]), "client-key-data": _inline(pair[1])}


def with_token(token: str) -> dict[str, str]:
    return {"token": token}


def write(path: Path, *, url: str, ca: Path, name: str, user: dict[str, str]) -> Path:
    """Certificates are inside the file, so that it works wherever it is copied to."""
    body: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": CONTEXT, "cluster": {"server": url, "certificate-authority-data": _inline(ca)}}
        ],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": name}}],
        "current-context": CONTEXT,
    }
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(body, sort_keys=False))
    return path
