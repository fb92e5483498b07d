"""The embedding model: found, rebuilt, loaded, run."""
