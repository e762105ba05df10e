"""What is said on a schedule: when, and what. Nothing here knows Slack, and nothing here needs a model."""
