"""The side of the people: what a page or a script does and sees, under /local/*."""
