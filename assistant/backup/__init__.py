"""Backups: one file that any engine restores, taken while serving."""
