"""Mon projet: a production described once, what the rules say of it, and what changes for it."""
