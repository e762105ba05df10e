"""What the workspace is and remembers: people, channels, messages, views, files. Nothing here speaks HTTP."""
