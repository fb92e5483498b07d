"""The corpus as data: register, fiches, criteria, glossary; its checks and its pages."""
