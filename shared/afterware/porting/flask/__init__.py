"""What Flask's names are, and which functions it calls."""
