"""Which changes touch no bill, and which do without a price that anybody could name before. What is in neither has no price."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from tools.plan import Draft
from tools.saving import Added

FREE: Final = frozenset(
    {
        "rollout_restart", "rollout_pause", "rollout_resume", "rollout_undo", "set_image", "pod_delete", "pods_clean_up",
        "pod_evict", "node_cordon", "node_uncordon", "node_drain", "cronjob_suspend", "cronjob_resume", "job_rerun",
        "job_delete", "sync_pause", "sync_resume", "instance_reset", "instance_hard_reset", "alarm_suppress",
        "alarm_resume", "alarm_edit", "alarm_create", "api_key_delete", "secret_rotate", "silence_create",
        "backend_drain", "backend_offline", "backend_online", "tags_apply", "node_cycle", "stack_plan",
    }
)  # fmt: skip
NODES: Final = (
    "pods have no price of their own, their nodes have; it costs more where the cluster needs another node for "
    "it, and less only where it lets one go"
)
_SIZED: Final = re.compile(r"replicas|resources|requests|limits", re.IGNORECASE)
WHY: Final[Mapping[str, str]] = {
    "volume_backup": "a backup is billed by what it holds, which is known once it is made, and for as long as it is kept",
    "stack_apply": "what a stack creates, changes and destroys has no price in its plan",
}


def without_price(draft: Draft) -> Added | None:
    """For a change that usage cannot price. None for one that touches no bill."""
    if draft.target.provider == "kubernetes":
        sized = draft.action not in FREE or any(_SIZED.search(one.path) for one in draft.changes)
        return Added(source="unknown", told=NODES, open=True) if sized else None
    if draft.target.provider != "oci" or draft.action in FREE:
        return None
    why = WHY.get(draft.action, f"no unit of usage is known for {draft.action}")
    return Added(source="unknown", told=why, open=True)
