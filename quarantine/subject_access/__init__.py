"""Subject access: everything about one person, for them (UK GDPR Article 15): docs/papers.md."""
