"""Files in, indexed modules out."""
