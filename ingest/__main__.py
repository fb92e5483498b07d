"""`python -m ingest`: the same as `clapvert`."""

from ingest.main import main

main()
