"""Keys of people: how a person decides about a plan where Slack cannot be asked who they are."""
