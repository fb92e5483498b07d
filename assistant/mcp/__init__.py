"""Clapvert as tools of another assistant: the Model Context Protocol, over stdio and over HTTP (extra `mcp`).

Each tool reads: nothing that a tool does is kept, and every sentence that it gives stands on a passage that
`get_passage` opens.
"""
