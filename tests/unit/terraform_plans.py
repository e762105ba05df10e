"""Plans of Terraform as JSON, made for tests: the form is that of `terraform show -json` (1.2)."""

import json
from typing import Any

Json = dict[str, Any]


def row(address: str, actions: list[str], **more: Any) -> Json:
    """One object; what of `more` belongs to the change goes there."""
    kind, _, name = address.partition(".")
    own = {
        key: more.pop(key) for key in ("previous_address", "action_reason", "mode", "deposed") if key in more
    }
    change = {"actions": actions, "before": None, "after": None, "after_unknown": {}}
    change |= {"before_sensitive": {}, "after_sensitive": {}} | more
    return {"address": address, "mode": "managed", "type": kind, "name": name, "change": change} | own


def plan(*rows: Json, **more: Any) -> bytes:
    body = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {},
        "resource_changes": rows,
    }
    return json.dumps(body | {"errored": False, "complete": True} | more).encode()
