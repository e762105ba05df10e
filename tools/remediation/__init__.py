"""The actions, one a file: plan, dry run, apply, observe, roll back."""
