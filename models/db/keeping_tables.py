"""The rows of keeping and destroying: freezes, requests, certificates. As tables.py."""
