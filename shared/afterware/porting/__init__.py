"""`afterware check`: what every after_request hook of a code base needs before it runs on Quart."""
