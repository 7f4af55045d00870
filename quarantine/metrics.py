"""Counters of the console in Prometheus' names; no address, id or content in a label."""

from prometheus_client import CollectorRegistry, Counter, Histogram

CONSOLE = CollectorRegistry()

CHECKS = Counter(
    "porthor_api_checks",
    "Texts that programs had checked",
    ["channel", "disposition"],
    registry=CONSOLE,
)
PAGES = Counter(
    "porthor_console_responses", "Answers of the console", ["method", "status"], registry=CONSOLE
)
PAGE_SECONDS = Histogram(
    "porthor_console_response_duration_seconds",
    "From a request to its answer",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 5, 30),
    registry=CONSOLE,
)
