#!/usr/bin/env bash
# Installs the npm packages of package-lock.json, once per state of that file.
set -euo pipefail
source "$(dirname "$0")/../env.sh"
cd "$root"

stamp=node_modules/.carrel-lock
if ! cmp -s package-lock.json "$stamp"; then
  # No package here needs its install script; esbuild only uses its own to start a little faster.
  run npm ci --ignore-scripts --no-progress
  cp package-lock.json "$stamp"
fi
say "  $(node -p 'Object.keys(require("./package-lock.json").packages).length - 1') packages"
