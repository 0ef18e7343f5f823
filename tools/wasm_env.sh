# Sourced after env.sh by what compiles for the browser: chooses the compiler that can target WebAssembly.
# The normal one is rustup's with the wasm target added. Where rustup cannot download, Debian's rustc-web packages bring
# a compiler with the library's source, which cargo then builds along with our code (an unstable switch, hence BOOTSTRAP).
#   CARREL_WASM_TOOLCHAIN   "debian" insists on Debian's compiler
# shellcheck shell=bash

# Does the compiler in use already have the library for the wasm target?
default_rustc_has_wasm() {
  local library
  library="$(rustc --print target-libdir --target "$WASM_TARGET" 2>/dev/null)" && [ -d "$library" ]
}
debian_rustc_has_wasm() {
  [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] && [ -x /usr/bin/rust-lld ] && [ -d /usr/lib/rustlib/src/rust/library ]
}

wasm_toolchain=none
if [ "${CARREL_WASM_TOOLCHAIN:-}" != debian ] && default_rustc_has_wasm; then
  wasm_toolchain=default
elif debian_rustc_has_wasm; then
  wasm_toolchain=debian
fi

# Call before compiling for the browser.
use_wasm_toolchain() {
  case "$wasm_toolchain" in
    default) unset RUSTC_BOOTSTRAP CARGO_UNSTABLE_BUILD_STD ;;
    none) fail "no compiler for $WASM_TARGET; run 'make setup'" ;;
    debian)
      export PATH="$wasm_bindgen_folder/bin:$trunk_folder/bin:$root/node_modules/.bin:/usr/bin:$PATH"
      export RUSTC_BOOTSTRAP=1
      export CARGO_UNSTABLE_BUILD_STD=std,panic_abort
      ;;
  esac
  export CARGO_TARGET_DIR="$CARREL_WASM_TARGET_DIR"
}
