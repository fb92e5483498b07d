"""The routes of the workbench."""
