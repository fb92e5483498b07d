"""The HTTP interface: it knows the pipeline, never the reverse."""
