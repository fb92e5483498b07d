"""What each part of the pipeline is worth: the same questions without it, one part at a time."""
