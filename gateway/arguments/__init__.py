"""What each command takes, and its help; a file a family of commands."""
