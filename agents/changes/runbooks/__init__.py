"""Runbooks: several typed actions sealed as one plan, run step by step, taken back in reverse when a step fails."""
