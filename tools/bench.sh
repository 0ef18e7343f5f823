#!/usr/bin/env bash
# Measures Carrel beside other engines in one browser: "gpu" or "cpu". Sets up what that needs, prints the table.
# Takes minutes, and its figures mean little while anything else runs. Arguments after the first go to tests/bench/run.mjs.
set -euo pipefail
source "$(dirname "$0")/env.sh"
kind="$1"
shift
cd "$root"

(cd tests/bench && npm ci --ignore-scripts --no-audit --no-fund --silent)
node tests/bench/run.mjs "$kind" "$@"
