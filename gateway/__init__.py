"""DECIDES AND ACTS: listen, exempt, read, inspect, decide, act; and the wiring of all.

Start at pipeline.py.
"""
