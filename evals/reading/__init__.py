"""Reading answers as a measure: sets of messages, blind sheets, verdicts of readers, rates."""
