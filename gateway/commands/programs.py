"""porthor run, serve, worker, console."""

import argparse

from gateway import assembly
from gateway.config import load_settings


def run(arguments: argparse.Namespace) -> int:
    """Run all three."""
    return assembly.run(load_settings(arguments.config))


def serve(arguments: argparse.Namespace) -> int:
    """Run the mail path."""
    return assembly.serve(load_settings(arguments.config))


def worker(arguments: argparse.Namespace) -> int:
    """Run the worker."""
    return assembly.work(load_settings(arguments.config))


def console(arguments: argparse.Namespace) -> int:
    """Run the console."""
    return assembly.run_console(load_settings(arguments.config))
