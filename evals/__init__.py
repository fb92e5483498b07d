"""Measures of retrieval and of answers, against reference questions written from the texts."""
