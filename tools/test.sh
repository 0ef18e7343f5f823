#!/usr/bin/env bash
# Every test, cheapest first: set-up, lints, native tests, the torch package under plain Python, then the built site in
# a real browser. Stops at the first failure.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$root"

# Some Vulkan drivers complain on every start where no login session has set this.
if [ -z "${XDG_RUNTIME_DIR:-}" ]; then
  XDG_RUNTIME_DIR="$(mktemp -d)"
  export XDG_RUNTIME_DIR
  trap 'rm -rf "$XDG_RUNTIME_DIR"' EXIT
fi

step() { say "== $* ($((SECONDS / 60)) min)"; }

step set-up
bash tools/setup.sh test
step formatting and lints
bash tools/lint.sh
step native tests
run cargo test --workspace
step torch under Python
bash tools/test_python.sh
step the site
bash tools/build.sh release
step browser tests
bash tools/test_browser.sh
