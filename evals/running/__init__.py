"""Asking the reference questions, and keeping what was answered."""
