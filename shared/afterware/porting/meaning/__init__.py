"""What an expression may stand for: Python, and no framework."""
