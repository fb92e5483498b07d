"""The coordinator's workbench: frameworks of criteria, projects, the imported grid, its score and its evidence file."""
