"""The gate: nothing is shown that does not pass here."""
