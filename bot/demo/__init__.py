"""The demo: a supervisor that starts the local workspace and the real bot as processes of their own.

The bot does not know that it is watched; the workspace does not know whose bot it is.
"""
