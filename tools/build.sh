#!/usr/bin/env bash
# Builds the static site into dist/. "release" (the default) is what is published and tested; "serve" is quick to redo.
set -euo pipefail
source "$(dirname "$0")/env.sh"
source "$root/tools/wasm_env.sh"
use_wasm_toolchain
cd "$root"

export CARREL_PROFILE="${1:-release}"
export TRUNK_SKIP_VERSION_CHECK=true
started=$SECONDS
case "$CARREL_PROFILE" in
  release) trunk build --release ;;
  serve) trunk build --cargo-profile serve ;;
  *) fail "unknown build '$CARREL_PROFILE'" ;;
esac
say "built dist/ ($CARREL_PROFILE, $((SECONDS - started)) s)"
