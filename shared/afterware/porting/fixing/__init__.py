"""What of a finding can be rewritten, and the rewriting."""
