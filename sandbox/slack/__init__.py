"""A Slack workspace of our own, for the demo and the tests: it takes what Slack takes and refuses what Slack refuses."""

from sandbox.slack.core.timing import Timing
from sandbox.slack.server import LocalSlack

__all__ = ["LocalSlack", "Timing"]
