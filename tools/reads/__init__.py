"""The read tools, one a file."""
