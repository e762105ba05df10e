"""The shapes that Slack sends: events, commands, clicks and submissions."""
