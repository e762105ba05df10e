"""Alerts become incidents: read from any source, told apart by a fingerprint, put together by code. No model has a say in it."""
