# Sourced by every script: finds the repository, the pinned tools and the folders that builds write to.
# Installs nothing; tools/setup.sh does that.
#   CARREL_TOOLS            where pinned tools are kept between checkouts (default ~/.cache/carrel/tools)
#   CARREL_KERNEL_PACKAGES  where the Python packages of every kernel lie, one folder per state of their list
#   CARREL_WASM_TARGET_DIR  where cargo builds for the browser (default target/wasm)
# shellcheck shell=bash
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# shellcheck source=tools/versions.sh
source "$root/tools/versions.sh"

export CARREL_TOOLS="${CARREL_TOOLS:-$HOME/.cache/carrel/tools}"
export CARREL_WASM_TARGET_DIR="${CARREL_WASM_TARGET_DIR:-$root/target/wasm}"
wasm_bindgen_folder="$CARREL_TOOLS/wasm-bindgen-$WASM_BINDGEN_VERSION"
trunk_folder="$CARREL_TOOLS/trunk-$TRUNK_VERSION"
kernel_packages_state="$(sha256sum "$root/tools/setup/kernel_packages.txt" | cut -c 1-12)"
export CARREL_KERNEL_PACKAGES="$CARREL_TOOLS/kernel-packages-$kernel_packages_state"
python_folder="$CARREL_TOOLS/python-nbformat-$NBFORMAT_VERSION-numpy-ipykernel-$IPYKERNEL_VERSION"
export PATH="$wasm_bindgen_folder/bin:$trunk_folder/bin:$root/node_modules/.bin:$PATH"

say() { printf '\033[1m%s\033[0m\n' "$*"; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}
# Is there a command of this name?
has() { command -v "$1" >/dev/null 2>&1; }
# Prints a command, then runs it.
run() {
  printf '+ %s\n' "$*"
  "$@"
}
