#!/usr/bin/env bash
# Makes sure that a compiler for the browser is there: rustup's target, else Debian's packages.
set -euo pipefail
source "$(dirname "$0")/../env.sh"
source "$root/tools/wasm_env.sh"
source "$root/tools/setup/apt.sh"

if [ "$wasm_toolchain" = none ] && has rustup; then
  run rustup target add "$WASM_TARGET" || say "  rustup could not add the target; trying Debian's compiler"
  source "$root/tools/wasm_env.sh"
fi
if [ "$wasm_toolchain" = none ] && can_apt; then
  apt_install rustc-web cargo-web rust-web-src rust-web-llvm rust-web-clippy lld-22
  source "$root/tools/wasm_env.sh"
fi
[ "$wasm_toolchain" != none ] || fail "cannot compile for $WASM_TARGET; try 'rustup target add $WASM_TARGET'"
say "  $wasm_toolchain toolchain"
