"""A mail server of this machine: it takes every mail and delivers none, so that somebody can look at them."""

from sandbox.mail.server import LocalMail

__all__ = ["LocalMail"]
