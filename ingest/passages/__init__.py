"""Passages: what is indexed and quoted, and its versions."""
