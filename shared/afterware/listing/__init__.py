"""`flask hooks` and `quart hooks`: every hook of an app, in the order in which it runs.

Nothing is imported here: the hosts' command lines load the plug-in at each start.
"""

# How many rounds a figure is of, unless told.
ROUNDS = 500
