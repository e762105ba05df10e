"""Prompts as files: one text a file with name, version and variant; loaded once, filled strictly."""

from prompts.load import Prompt, PromptError, load, variants

__all__ = ["Prompt", "PromptError", "load", "variants"]
