"""Conversation: what a turn leaves unsaid, what is remembered of it, and the graph that carries one to the next."""
