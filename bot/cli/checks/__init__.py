"""What `doctor` looks at, one file a concern. None of them changes anything or prints a secret."""
