"""The evidence file: its documents, its sheet, what is missing first."""
