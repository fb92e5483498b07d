"""From answers to measures, intervals and verdicts."""
