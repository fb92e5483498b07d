"""The commands of the assistant."""
