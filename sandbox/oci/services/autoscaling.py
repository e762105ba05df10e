"""Autoscaling configurations, to look at: which pools have their size set by one."""

from __future__ import annotations

from typing import Final

from sandbox.oci.api.call import Table
from sandbox.oci.services.listing import getting, listing

_MODEL: Final = "AutoScalingConfiguration"
TABLE: Final[Table] = {
    "list_auto_scaling_configurations": listing("autoscaling", _MODEL, f"{_MODEL}Summary"),
    "get_auto_scaling_configuration": getting("autoscaling", _MODEL, "autoScalingConfigurationId"),
}
