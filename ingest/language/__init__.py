"""Words, numbers, sentences, references and claims, in French and in English."""
