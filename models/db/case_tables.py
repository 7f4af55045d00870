"""The rows of cases, exhibits and what leaves with them. Seen by no one outside models/db."""
