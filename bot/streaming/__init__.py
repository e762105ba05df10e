"""Answers that are shown while they are made: one message a turn, with a card for each step."""
