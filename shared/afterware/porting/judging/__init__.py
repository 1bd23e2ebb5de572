"""What an entry does, and what of it behaves differently on Quart."""
