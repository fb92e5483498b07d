"""Where what is stored lies: databases (SQLite or PostgreSQL), files (a folder or an S3-compatible store)."""
