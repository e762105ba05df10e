"""Questions that one tool answers, a family of tools a file: `money`, `estate`, `access`, `cluster`.

A family is a tuple of `Ask`; the first that fits wins, so what is particular stands before what is general.
"""
