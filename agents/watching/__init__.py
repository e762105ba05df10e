"""Watches: one read that is asked again for a while, and what of its answer is worth a word. Nothing here knows Slack."""
