"""Counters and timings in Prometheus' names; no address, id or content in a label."""

from prometheus_client import Counter, Gauge, Histogram

MESSAGES = Counter("porthor_messages", "Messages by what became of them", ["outcome"])
SESSIONS = Counter("porthor_sessions", "SMTP sessions accepted")
INSPECTION_FAILURES = Counter(
    "porthor_inspection_failures", "Messages that broke or outlasted their inspection"
)
INSPECTION_SECONDS = Histogram(
    "porthor_inspection_duration_seconds",
    "From a message read to its findings",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30),
)
NOT_TOLD = Counter(
    "porthor_not_told", "Messages on which rules only watched: their sender was not told"
)
WAITING = Gauge("porthor_held_waiting", "Held messages that wait for a person to decide")
OLDEST_UNANSWERED = Gauge(
    "porthor_held_oldest_unanswered_seconds", "Since the oldest of them was held; 0 if none waits"
)
UNASSIGNED = Gauge(
    "porthor_held_unassigned", "Of them, those that nobody in the directory may decide on"
)
PASSED_ON = Counter("porthor_turns_passed_on", "Turns that ended without an answer", ["why"])
ERASED = Counter("porthor_erased", "Items and rows erased by sweeps", ["kept"])
SWEEP_NOT_DONE = Gauge(
    "porthor_sweep_not_done", "1 if the last sweep could not erase all that was due"
)
