#!/bin/sh
# What the container runs: `serve` builds the index first where there is none, or where the corpus changed; any other
# command is `clapvert`'s.
set -eu
if [ "${1:-serve}" = "serve" ]; then
  clapvert ingest
fi
exec clapvert "$@"
