"""What Slack accepts in blocks and views, and how it says what it does not accept."""
