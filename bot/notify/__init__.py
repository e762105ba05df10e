"""Notifications out: what happened, told by Slack, e-mail, webhook and PagerDuty, once each."""
