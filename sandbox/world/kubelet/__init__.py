"""The simulated kubelet: no container runs, but every status and event is what a node would write."""
