"""Fields that no SDK knows: the real API sends such in nearly every answer, and every client must live with them."""

from __future__ import annotations

from typing import Any, Final

FIELDS: Final[dict[str, Any]] = {
    "previewLifecyclePhase": "EARLY",
    "previewHints": {"isEligible": True, "weights": [1, 2]},
}


def with_unknown(data: Any) -> Any:
    """`data` with such fields in its objects, the outermost ones and the items of lists."""
    if isinstance(data, list):
        return [with_unknown(item) for item in data]
    if isinstance(data, dict):
        items = {"items": with_unknown(data["items"])} if isinstance(data.get("items"), list) else {}
        return {**data, **items, **FIELDS}
    return data
