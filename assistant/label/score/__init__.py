"""The score of a grid, and what it would take to a threshold."""
