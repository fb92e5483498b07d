"""The shapes in which the workbench is shown over HTTP."""
