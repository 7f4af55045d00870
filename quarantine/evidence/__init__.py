"""Cases, what they may search, and what is made of it."""
