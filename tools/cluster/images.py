"""Names of container images: where they come from, which tag or digest, and what a pod really runs."""

from __future__ import annotations

from dataclasses import dataclass

from tools.cluster.objects import container_status
from tools.spec import Json

SHORT = 12  # characters of a digest that people compare


@dataclass(frozen=True, slots=True)
class Image:
    repository: str
    tag: str
    digest: str

    @property
    def moving(self) -> bool:
        """The same name may mean other software tomorrow."""
        return not self.digest and self.tag in {"", "latest"}


def parsed(text: str) -> Image:
    name, _, digest = text.partition("@")
    head, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    return Image(f"{head}{slash}{last}", tag, digest)


def running_digest(pod: Json, container: str) -> str:
    """`sha256:0123456789ab`, as the node pulled it; empty when the node does not say."""
    ident = str(container_status(pod, container).get("imageID") or "")
    kind, colon, digits = ident.rpartition("@")[2].rpartition(":")
    return f"{kind.rpartition('/')[2]}:{digits[:SHORT]}" if colon and digits else ""
