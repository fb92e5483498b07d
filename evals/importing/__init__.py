"""Candidate questions from files and from readers' feedback."""
