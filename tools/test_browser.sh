#!/usr/bin/env bash
# Runs the browser tests against the site in dist/. Arguments name the specs to run; without any, all run.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$root"

export CARREL_PYTHON="$python_folder/bin/python"
if [ "$#" -gt 0 ]; then specs=("$@"); else specs=(tests/browser/*.spec.mjs); fi
run node tests/browser/harness/run.mjs "${specs[@]}"
