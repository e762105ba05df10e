"""Access as a change: given for a while and taken back through the same approvals, beside the policy file."""
