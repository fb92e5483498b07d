"""Questions about a project, asked in the chat."""
