"""Orders in the words that the actions themselves bring: `Action.says`, read as templates, matched, completed, never guessed."""
