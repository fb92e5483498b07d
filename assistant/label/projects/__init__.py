"""The projects: what is stored of them, who works on them, what changed."""
