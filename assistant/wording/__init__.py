"""Composition: from selected passages to sentences, each with its citations."""
