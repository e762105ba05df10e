"""In which form an answer is wanted: JSON, a Table, or metadata only."""

from dataclasses import dataclass
from typing import Final, Literal

from sandbox.cluster import errors

Shape = Literal["object", "table", "metadata"]
SHAPES: Final[dict[str, Shape]] = {
    "": "object",
    "Table": "table",
    "PartialObjectMetadata": "metadata",
    "PartialObjectMetadataList": "metadata",
}
READABLE: Final = ("application/json", "*/*", "application/*", "text/plain", "application/yaml")


@dataclass(frozen=True)
class Form:
    shape: Shape = "object"
    content_type: str = "application/json"


def negotiate(accept: str) -> Form:
    """The first form in an Accept header that this server speaks; 406 when there is none."""
    for item in accept.split(","):
        media, *rest = (part.strip() for part in item.split(";"))
        parameters = dict(part.split("=", 1) for part in rest if "=" in part)
        shape = SHAPES.get(parameters.get("as", ""))
        if media not in READABLE or shape is None:
            continue
        if shape != "object" and (parameters.get("g"), parameters.get("v")) != ("meta.k8s.io", "v1"):
            continue
        return Form(shape, "application/yaml" if media == "application/yaml" else "application/json")
    text = "only the following media types are accepted: application/json, application/yaml"
    raise errors.ApiError(406, "NotAcceptable", text, {})
