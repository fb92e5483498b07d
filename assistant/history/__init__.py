"""What is kept of a caller: conversations, feedback, shared links, ownership; and whether an answer still holds."""
