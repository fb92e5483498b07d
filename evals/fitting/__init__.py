"""What is fitted on development questions: ranking, scope."""
