"""REMEMBERS: the types of the domain, and how they are read from bytes and rows."""
