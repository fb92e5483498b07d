"""What is fitted: how options are scored, on reference questions; kinds of question, on those of the cards."""
