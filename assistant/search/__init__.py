"""From what is asked to candidate passages: exact keys, words and vectors, in force on the day."""
