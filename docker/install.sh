#!/bin/sh
# What the image installs, into the environment whose `python` comes first: every package pinned with its hash.
#   TORCH        the build of PyTorch to take (`torch==…+cpu`)
#   TORCH_FROM   where pip finds it (`--index-url …`), where the usual index has only the CUDA build
set -eu
# shellcheck disable=SC2086 # options, as pip takes them
python -m pip install --quiet ${TORCH_FROM:-} "${TORCH:-torch==2.13.0}" hatchling editables
python -m pip install --quiet --require-hashes --no-deps -r docker/requirements.txt
python -m pip install --quiet --no-deps --no-build-isolation .
