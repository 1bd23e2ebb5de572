"""How the cost of `afterware check` grows with the size of what it reads."""
