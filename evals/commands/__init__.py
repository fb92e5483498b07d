"""The commands of `clapvert eval`."""
