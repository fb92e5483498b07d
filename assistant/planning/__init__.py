"""From candidates to what is shown: which answer, which stand beside, what is missing."""
