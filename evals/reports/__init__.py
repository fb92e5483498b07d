"""What a run tells: tables, one page, JUnit, coverage, impact."""
