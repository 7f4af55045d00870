"""One detector a file; the list is classifiers/detector.py."""
