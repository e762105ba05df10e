"""Our memory: plans, approvals, inbox, outbox, the audit chain. Knows no Slack, no model and no cloud."""
