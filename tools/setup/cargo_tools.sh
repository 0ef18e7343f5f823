#!/usr/bin/env bash
# Installs the pinned command line tools that come as Rust source: wasm-bindgen and trunk.
# They run for seconds a day, so they are compiled quickly rather than well.
set -euo pipefail
source "$(dirname "$0")/../env.sh"

quick=(
  --config 'profile.release.lto=false'
  --config 'profile.release.opt-level=1'
  --config 'profile.release.codegen-units=16'
  --config 'profile.release.debug=false'
)

# install <command> <folder> <cargo install arguments…>
install() {
  local command="$1" folder="$2"
  shift 2
  if [ ! -x "$folder/bin/$command" ]; then
    say "  compiling $command (minutes, once)"
    CARGO_TARGET_DIR="$CARREL_TOOLS/build" run cargo install --root "$folder" "${quick[@]}" "$@"
    rm -rf "$CARREL_TOOLS/build"
  fi
  say "  $("$folder/bin/$command" --version)"
}

# Without --locked: the lock file shipped with wasm-bindgen-cli names a release that the registry has withdrawn.
install wasm-bindgen "$wasm_bindgen_folder" wasm-bindgen-cli --version "$WASM_BINDGEN_VERSION"
install trunk "$trunk_folder" trunk --version "$TRUNK_VERSION" --locked --no-default-features --features rustls
