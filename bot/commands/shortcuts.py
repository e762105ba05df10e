"""Short commands for single actions: the words are the action's arguments, `workload` being a service or a workload."""

from __future__ import annotations

from bot.commands.verb import CHANGE, Verb
from tools.registry import ACTIONS

PLACED = ("namespace", "cluster", "service", "reason")
CLOUDY = ("compartment", "region", "reason")
_ALL = (
    ("k8s set-image", ("workload", "image"), "propose an image", PLACED, "checkout shop/checkout:1.4.2", "set_image"),
    ("k8s pause", ("workload",), "propose to hold a rollout", PLACED, "checkout", "rollout_pause"),
    ("k8s continue", ("workload",), "propose to let a held rollout go on", PLACED, "checkout", "rollout_resume"),
    ("k8s autoscale", ("workload", "min_replicas", "max_replicas"), "propose bounds of an autoscaler", PLACED, "cart 3 10", "hpa_bounds"),
    ("k8s delete-pod", ("name",), "propose to delete a pod", PLACED, "checkout-abc -n shop", "pod_delete"),
    ("k8s evict", ("name",), "propose to evict a pod", PLACED, "checkout-abc -n shop", "pod_evict"),
    ("k8s clean-up", (), "propose to clean up failed and evicted pods", PLACED, "-n shop", "pods_clean_up"),
    ("k8s cordon", ("name",), "propose that a node takes no new pods", PLACED, "node-3", "node_cordon"),
    ("k8s uncordon", ("name",), "propose that a node takes pods again", PLACED, "node-3", "node_uncordon"),
    ("k8s drain", ("name",), "propose to empty a node", PLACED, "node-3", "node_drain"),
    ("k8s suspend", ("name",), "propose to suspend a cron job", PLACED, "report -n shop", "cronjob_suspend"),
    ("k8s unsuspend", ("name",), "propose that a cron job runs again", PLACED, "report -n shop", "cronjob_resume"),
    ("k8s rerun", ("name",), "propose to run a job again", PLACED, "report -n shop", "job_rerun"),
    ("oci start", ("resource",), "propose to start an instance", CLOUDY, "web-1", "instance_start"),
    ("oci stop", ("resource",), "propose to stop an instance", CLOUDY, "web-1", "instance_stop"),
    ("oci reset", ("resource",), "propose to restart an instance", CLOUDY, "web-1", "instance_reset"),
    ("oci tag", ("resource", "tags..."), "propose tags", CLOUDY, "web-1 cost-center=42", "tags_apply"),
    ("oci drain", ("load_balancer", "backend"), "propose to drain a backend", CLOUDY, "shop-lb 10.0.0.5:80", "backend_drain"),
    ("oci offline", ("load_balancer", "backend"), "propose to take a backend out", CLOUDY, "shop-lb 10.0.0.5:80", "backend_offline"),
    ("oci online", ("load_balancer", "backend"), "propose to bring a backend back", CLOUDY, "shop-lb 10.0.0.5:80", "backend_online"),
)  # fmt: skip
_DONE = {action.name for action in ACTIONS}
SHORTCUTS = tuple(
    Verb(tuple(path.split()), words, summary, CHANGE, flags, f"{path} {example}", action)
    for path, words, summary, flags, example, action in _ALL
    if action in _DONE
)
