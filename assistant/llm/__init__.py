"""Language models: optional, never trusted. Without `CLAPVERT_LLM` nothing here is imported."""
