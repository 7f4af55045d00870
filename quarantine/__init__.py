"""KEEPS: held messages, their review, HR's evidence, the papers."""
