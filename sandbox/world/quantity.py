"""Resource quantities as metrics and messages write them; reading them is the cluster's."""

from sandbox.cluster.quantity import amount

__all__ = ["amount", "kibibytes", "nanocores", "whole"]


def whole(value: float) -> str:
    """A count without a decimal point when it has none."""
    return str(int(value)) if value == int(value) else f"{value:.3f}".rstrip("0").rstrip(".")


def nanocores(cores: float) -> str:
    """CPU as metrics report it."""
    return f"{int(cores * 1e9)}n"


def kibibytes(size: float) -> str:
    return f"{int(size / 1024)}Ki"
