#!/usr/bin/env bash
# Brings the Python packages that kernels start with (kernel_packages.txt), once per state of that list, into a folder
# outside the checkout. The build packs them for the browser, and the tests of the kernel import them from there.
set -euo pipefail
source "$(dirname "$0")/../env.sh"
source "$root/tools/setup/apt.sh"

list="$root/tools/setup/kernel_packages.txt"
if [ ! -f "$CARREL_KERNEL_PACKAGES/.complete" ]; then
  has python3 || { can_apt && apt_install python3; } || fail "Python 3 is missing"
  python3 -m pip --version >/dev/null 2>&1 || { can_apt && apt_install python3-pip; } ||
    fail "python3 -m pip does not work; on Debian: apt-get install python3-pip"
  rm -rf "$CARREL_KERNEL_PACKAGES"
  # Hashes are checked; nothing but what is listed comes along. The folder is new, so nothing else is touched.
  run python3 -m pip install --quiet --disable-pip-version-check --target "$CARREL_KERNEL_PACKAGES" \
    --no-deps --only-binary=:all: --require-hashes --requirement "$list"
  touch "$CARREL_KERNEL_PACKAGES/.complete"
fi
say "  $(grep -c == "$list") Python packages for the kernel"
