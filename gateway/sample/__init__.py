"""The sample council: its people, policy and messages."""
