"""What a series of numbers says: its course, what repeats in it, what is out of the ordinary, how it may go on. No cloud, no clock, no library.

Every function takes `values`, equally far apart, oldest first, None where nothing was measured; times are places in that sequence.
None of them guesses on too little: they raise `TooLittle`, which says how much is there and how much it takes.
"""
