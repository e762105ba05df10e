"""Far ends of notifications on this machine: PagerDuty's events, a webhook that verifies, an address for heartbeats."""
