"""The text of a part as a reader would see it."""
