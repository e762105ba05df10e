"""What several processes share for speed, in Redis. Away, each process does without: nothing here is needed to be right."""
