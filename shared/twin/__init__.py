"""What the two twin apps share: their one set of hooks, their data access, their command line.

Nothing here imports Flask or Quart.
"""
