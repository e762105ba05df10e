"""Prometheus over HTTP, reduced to charts."""
