"""The articles of a text: structure, acts, titles, units."""
