"""Every fault that diagnosis names: in words, by which facts it is proved, and which actions fit. The page docs/faults.md is written from it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """`proof` are the facts without which it is not named; `actions` those that a finding may propose."""

    slug: str
    words: str
    proof: str
    actions: tuple[str, ...] = ()


_BACK = ("rollout_undo",)

FAULTS: tuple[Fault, ...] = (
    Fault("crash_loop", "a container keeps exiting", "waiting reason, lastState.terminated, restarts, log of the run before", _BACK),
    Fault("exit_loop", "a container ends at once: wrong command, or nothing to do", "lastState.terminated.exitCode 0, 126 or 127, or StartError", _BACK),
    Fault("oom_killed", "a container is killed for its memory", "lastState.terminated.reason OOMKilled against limits.memory", ("set_resources", "rollout_undo")),
    Fault("exit_137_not_oom", "killed, but not for memory", "exit code 137 with reason Error", _BACK),
    Fault("image_pull", "the image cannot be had", "waiting reason and the event of the pull", _BACK),
    Fault("init_container", "an init container fails or hangs", "initContainerStatuses, Initialized=False", _BACK),
    Fault("container_config", "a variable names a ConfigMap, Secret or key that is missing", "CreateContainerConfigError and its message", _BACK),
    Fault("failed_mount", "a volume names something that is missing", "ContainerCreating and event FailedMount", _BACK),
    Fault("pending_resources", "no node has room", "PodScheduled=False, parsed, against allocatable", _BACK),
    Fault("pending_node_selector", "no node has the labels wanted", "PodScheduled=False and the labels of nodes", _BACK),
    Fault("pending_taint", "nodes are tainted or cordoned", "spec.taints and spec.unschedulable of nodes", _BACK),
    Fault("pending_anti_affinity", "spreading rules leave no place", "PodScheduled=False and the rule", _BACK),
    Fault("pending_pvc_unbound", "a claim is not bound", "phase of the claim, its StorageClass, ProvisioningFailed"),
    Fault("pending_schedulinggates", "held back by gates, or pushed out", "SchedulingGated, or Preempted"),
    Fault("quota_exceeded", "the quota lets no pod in", "FailedCreate and status.used of the ResourceQuota"),
    Fault("limit_range", "a LimitRange lets no pod in", "FailedCreate and the LimitRange"),
    Fault("pod_security", "Pod Security lets no pod in", "FailedCreate `violates PodSecurity`"),
    Fault("webhook_denied", "a webhook fails or says no", "FailedCreate and the webhook's configuration"),
    Fault("service_account_missing", "the ServiceAccount is missing", "FailedCreate `serviceaccount not found`"),
    Fault("readiness_probe", "pods run and do not become ready", "Ready=False and event Unhealthy", _BACK),
    Fault("liveness_probe", "the liveness or startup probe kills", "events Unhealthy and Killing", _BACK),
    Fault("service_selects_nothing", "the selector matches no pod", "spec.selector against the labels of pods"),
    Fault("service_target_port", "the port is one that nothing listens on", "targetPort against containerPorts"),
    Fault("service_deleted", "a Service that a client calls is not there", "a fresh log line `no such host`, and no Service of that name"),
    Fault("gateway_not_accepted", "a Gateway or a route of it is not taken up", "conditions Accepted, Programmed and ResolvedRefs of Gateway, listener and HTTPRoute; class, parents, backends and ports looked up"),
    Fault("ingress_class", "an Ingress leads nowhere", "its class, backends and ports looked up"),
    Fault("dns_egress_policy", "names do not resolve", "a fresh log line, and dnsPolicy, or no policy that lets UDP 53 out"),
    Fault("network_policy", "a policy cuts a client off", "a fresh log line of a time-out, and the policies' verdict on client, Service and port"),
    Fault("hpa_not_scaling", "an autoscaler does not scale", "ScalingActive, AbleToScale, ScalingLimited and their reasons"),
    Fault("pdb_blocks", "a disruption budget allows no eviction", "status.disruptionsAllowed 0"),
    Fault("rollout_stuck", "a rollout does not go on", "Progressing=False ProgressDeadlineExceeded, or paused", _BACK),
    Fault("bad_release", "it worked before the last change", "metrics or errors from the time of a revision on, and its changes", _BACK),
    Fault("helm_release", "a Helm release hangs or its last operation failed", "labels of Helm's records: status, when it was written, and the revision that went well before"),
    Fault("statefulset_stuck", "an ordinal holds up those after it", "the first ordinal that is not ready"),
    Fault("daemonset_short", "nodes lack their pod", "desired against ready"),
    Fault("job_failed", "a Job gave up", "condition Failed and its reason, last pod"),
    Fault("cronjob", "a CronJob does not run", "suspend, schedule, active Jobs, events"),
    Fault("node_not_ready", "a node is away", "condition Ready and its reason, taints"),
    Fault("node_pressure", "a node runs out, pods are evicted", "conditions of the node, Evicted pods"),
    Fault("pod_stuck_terminating", "a pod does not go away", "deletionTimestamp beyond the grace period, finalizers, node"),
    Fault("finalizer_stuck", "a namespace does not go away", "its conditions, which name what remains"),
    Fault("pvc_stuck_terminating", "a claim does not go away", "its finalizer and the pods that use it"),
    Fault("volume_multi_attach", "a volume is wanted on two nodes", "event FailedAttachVolume"),
    Fault("rbac_forbidden", "a workload may not do what it tries", "its log line `cannot ...`, roles and bindings"),
    Fault("rbac_forbidden_bot", "the bot itself may not read something that the question calls for", "the API server's refusal, with verb, kind and place"),
    Fault("certificate_expiry", "a certificate has expired, is not issued or not signed", "a fresh log line that says expired, Ready=False of cert-manager's Certificate, or a CertificateSigningRequest that nobody approves or signs"),
    Fault("aggregated_api_down", "an aggregated API does not answer", "Available=False of the APIService, and the condition of an autoscaler or of a namespace in deletion that names it"),
    Fault("api_server_throttling", "the API server throttles a client", "a fresh log line with the server's answer"),
    Fault("scaled_to_zero", "it is off on purpose", "spec.replicas 0, and who set it", ("scale",)),
    Fault("config_drift", "settings are not what they look like", "a variable given twice, or a ConfigMap newer than its pods"),
    Fault("secret_corrupted", "a credential from a Secret is refused", "a fresh log line of a refused login, and the variable or volume that names the Secret (never its data)"),
    Fault("cpu_throttling", "a container is held back by its processor limit", "limits.cpu, and a metric of throttled periods over its limit", ("set_resources",)),
    Fault("wrong_architecture", "the image is for another processor", "`exec format error`", _BACK),
    Fault("traffic_policy_local", "the Service serves clients on its own nodes only", "internalTrafficPolicy Local, the nodes of client and pods, a fresh log line; or externalTrafficPolicy Local and no ready pod on a node that takes outside traffic"),
    Fault("loadbalancer_pending", "the load balancer does not come", "status.loadBalancer empty, event SyncLoadBalancerFailed"),
    Fault("chaos_experiment", "an experiment is running against it", "the experiment's own records name its pods as injected, or its newest event does"),
    Fault("nothing_wrong", "all that was looked at is as it should be", "every kind that was read, listed; a kind that was not read is named as such"),
)  # fmt: skip
