"""All rigs. An action that is registered and neither here nor in `WAITING` fails the suite."""

from tests.contracts.actions import (
    alerts,
    balancers,
    cloud,
    cloud_alarms,
    cloud_secrets,
    cloud_volumes,
    databases,
    evictions,
    jobs,
    node_pools,
    objects,
    pods,
    pools,
    stacks,
    syncs,
    workloads,
)

RIGS = (
    *workloads.RIGS,
    *pods.RIGS,
    *objects.RIGS,
    *jobs.RIGS,
    *evictions.RIGS,
    *syncs.RIGS,
    *cloud.RIGS,
    *cloud_alarms.RIGS,
    *cloud_secrets.RIGS,
    *alerts.RIGS,
    *pools.RIGS,
    *balancers.RIGS,
    *cloud_volumes.RIGS,
    *databases.RIGS,
    *node_pools.RIGS,
    *stacks.RIGS,
)
WAITING: tuple[str, ...] = ()
BY_NAME = {rig.action: rig for rig in RIGS}
