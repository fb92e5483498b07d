"""The pages that people see: server-rendered, no build step, no third party."""
