"""The sample council: its people, policy and messages."""

from datetime import date, timedelta
from importlib.resources import files

_DAYS = 180  # for which the sample's papers are in date


def policy_text(today: date, *, sample: bool) -> str:
    """The policy to start from, or the sample council's with its papers in date."""
    name = "policy.sample.toml" if sample else "policy.example.toml"
    text = (files(__name__) / name).read_text(encoding="utf-8")
    ends = today + timedelta(days=_DAYS)
    return (
        text.replace("{today}", today.isoformat())
        .replace("{notice}", (today - timedelta(days=1)).isoformat())
        .replace("{review}", ends.isoformat())
        .replace("{ends}", ends.isoformat())
    )
