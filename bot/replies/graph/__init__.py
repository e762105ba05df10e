"""A table of ways, from who over binding and role to what they may, as a picture and as the words that say the same."""
