"""Readers: one file each, every format to the same small document tree (`ingest.documents.tree`)."""

from ingest.documents.tree import Block, Document

__all__ = ["Block", "Document"]
