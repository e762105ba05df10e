"""A file of eight lines that stands for a hundred million values: aliases to aliases to aliases."""

from itertools import pairwise

ENDLESS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in pairwise("abcdefgh")
)
