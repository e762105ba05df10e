"""Changes: proposed, sealed, approved by people, executed once, verified, undone. Knows no workflow engine and no Slack."""
