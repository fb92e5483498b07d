"""From a question to a checked, dated answer over one snapshot."""
