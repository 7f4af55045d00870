"""The papers that the law asks for, made from the live settings: docs/papers.md."""
