"""Questions that show what could have been meant, when points are too few to be sure."""

from __future__ import annotations

_SAMPLES = {
    "k8s_unhealthy": "what is unhealthy?",
    "k8s_logs": "show me the last errors of …",
    "k8s_events": "show the events of the namespace",
    "k8s_rollouts": "show the rollouts of …",
    "k8s_usage": "how much memory is in use?",
    "k8s_who_can": "who can delete pods?",
    "k8s_resources": "list the pods",
    "ops_service": "tell me about a service",
    "prom_query": "what is the error rate?",
    "k8s_diagnose": "what is wrong?",
    "k8s_capacity": "how much room is on the nodes?",
    "iam_who_can": "who can stop instances in compartment …?",
    "cost_summary": "what does Oracle Cloud cost?",
}


def guesses(points: dict[str, float]) -> tuple[str, ...]:
    """A sample a tool, likeliest first, at most four."""
    ranked = sorted(points, key=lambda name: (-points[name], name))
    return tuple(_SAMPLES[name] for name in ranked[:4] if name in _SAMPLES)
