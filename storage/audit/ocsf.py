"""An audit event as OCSF API Activity (class 6003), mapped by hand; what has no place there is in `unmapped`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

VERSION = "1.6.0"
CREATE, READ, UPDATE, OTHER = 1, 2, 3, 99
ACTIVITIES = {
    "tool.call": READ,
    "tool.result": READ,
    "authz.decision": READ,
    "plan.proposed": CREATE,
    "plan.write_intended": UPDATE,
    "plan.executing": UPDATE,
    "plan.succeeded": UPDATE,
    "plan.rolled_back": UPDATE,
}
GOOD = {"ok", "succeeded", "rolled_back"}
BAD = {"refused", "failed", "rollback_failed", "crashed", "later", "gone", "not_allowed", "unknown"}


def api_activity(said: Mapping[str, Any], proof: Mapping[str, Any]) -> dict[str, Any]:
    """`said` is the body of the event, `proof` what shows that it is the one that was recorded."""
    activity = ACTIVITIES.get(str(said["type"]), OTHER)
    status, denied = _status(said), _denied(said)
    return {
        "class_uid": 6003,
        "class_name": "API Activity",
        "category_uid": 6,
        "category_name": "Application Activity",
        "activity_id": activity,
        "type_uid": 6003 * 100 + activity,
        "time": int(datetime.fromisoformat(str(said["time"])).timestamp() * 1000),
        "severity_id": 3 if denied or status == "Failure" else 1,
        "status_id": {"Success": 1, "Failure": 2}.get(status, 0),
        "status": status,
        "actor": {"user": _user(said)},
        "api": {"operation": str(said.get("tool") or said["type"]), "service": {"name": "cloudops"}},
        "src_endpoint": {"name": str(said.get("channel") or "unknown")},
        "resources": _resources(said),
        "metadata": _metadata(said),
        "unmapped": {"audit": dict(proof)},
    }


def _metadata(said: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        "version": VERSION,
        "product": {"name": "GenAI CloudOps", "vendor_name": "GenAI CloudOps"},
        "uid": said["id"],
        "event_code": said["type"],
        "correlation_uid": said.get("correlation"),
        "tenant_uid": said.get("workspace"),
    }
    return {key: value for key, value in found.items() if value}


def _user(said: Mapping[str, Any]) -> dict[str, Any]:
    actor = said.get("actor") or {}
    if not isinstance(actor, Mapping):
        return {"uid": str(actor)}
    team, user = actor.get("team_id"), actor.get("user_id")
    return {
        "uid": str(actor.get("id") or (f"{team}:{user}" if user else "system")),
        "type_id": 1 if actor else 3,
    }


def _resources(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    target = said.get("target")
    if not isinstance(target, Mapping):
        return []
    found = {
        "uid": target.get("uid"),
        "name": target.get("name"),
        "type": target.get("kind"),
        "data": dict(target),
    }
    return [{key: value for key, value in found.items() if value}]


def _denied(said: Mapping[str, Any]) -> bool:
    decision = said.get("decision")
    if isinstance(decision, Mapping):
        return decision.get("allow") is False
    return decision == "deny"


def _status(said: Mapping[str, Any]) -> str:
    result = str(said.get("result") or "")
    if _denied(said) or said.get("error") or result in BAD:
        return "Failure"
    return "Success" if result in GOOD else "Unknown"
