#!/usr/bin/env bash
# Formatting and clippy, natively and for the browser. A warning is an error.
set -euo pipefail
source "$(dirname "$0")/env.sh"
source "$root/tools/wasm_env.sh"
cd "$root"

run cargo fmt --all --check
run cargo clippy --workspace --all-targets -- -D warnings
use_wasm_toolchain
run cargo clippy --package carrel-app --target "$WASM_TARGET" -- -D warnings
for half in recorder executor; do
  run cargo clippy --package carrel-engine --target "$WASM_TARGET" --no-default-features --features "$half" -- -D warnings
done
# The module of loops (tools/build/loops.mjs) has code of its own.
run cargo clippy --package carrel-loops --target "$WASM_TARGET" -- -D warnings -C target-feature=+simd128,+relaxed-simd
