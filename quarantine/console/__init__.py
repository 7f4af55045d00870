"""The web: pages for senders and reviewers. It has no SMTP rights."""
