"""What other systems tell us over HTTP: proven to come from them before a word of it is read."""
