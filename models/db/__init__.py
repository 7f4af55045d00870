"""How the domain's types are kept in rows. Rows are seen by no one outside."""
