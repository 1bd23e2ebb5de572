"""The catalogue of differences: one record each, its live probe and its remedy."""
