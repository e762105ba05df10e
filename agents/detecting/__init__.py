"""Detectors: a metric that is looked at on a schedule, and when what it does is worth an alert. Nothing here knows Slack."""
