"""Owners that no browser is given a name for: the user at the command line, and a caller without a name."""

LOCAL = "local"
"""Who asks at the command line; the conversations and the label projects made there are theirs."""
NOBODY = ""
"""A caller without a name: owns nothing, and is a member of nothing."""
