"""All rigs. An action that is registered and neither here nor in `WAITING` fails the suite."""

from tests.contracts.actions import workloads

RIGS = (*workloads.RIGS,)
WAITING = ("hpa_bounds", "pod_delete", "pods_clean_up", "instance_start", "instance_stop", "instance_reset")
BY_NAME = {rig.action: rig for rig in RIGS}
