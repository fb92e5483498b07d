"""Texts that are added or fetched, and how they differ."""
