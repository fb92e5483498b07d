"""The model's seat: evidence is gathered, a model writes from it, and every line is proved twice before it is shown."""
