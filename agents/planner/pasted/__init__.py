"""Command lines of kubectl and the OCI CLI that a person pasted: read as what they mean, never run, never near a shell."""
