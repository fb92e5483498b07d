"""A language model as planner: it reads facts and parts, chooses and orders evidence, and writes no sentence."""
