"""Measurements of speed and memory, each against its baseline in the same run.

Guarantee: run as modules (`python -m evals.benchmarks.<name>`), they print a small table for people and, on
the last line, one JSON object for programs.
"""
