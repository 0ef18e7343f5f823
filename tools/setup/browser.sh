#!/usr/bin/env bash
# Makes sure that the tests find Chromium and a software Vulkan driver.
#   CARREL_CHROMIUM   the browser to use, if it has another name
set -euo pipefail
source "$(dirname "$0")/../env.sh"
source "$root/tools/setup/apt.sh"

missing=()
chromium="${CARREL_CHROMIUM:-chromium}"
has "$chromium" || missing+=(chromium)
# The engine's own GPU tests run on any Vulkan driver; Mesa's needs no GPU.
compgen -G '/usr/share/vulkan/icd.d/*.json' >/dev/null || missing+=(mesa-vulkan-drivers)
if [ "${#missing[@]}" -gt 0 ] && can_apt; then
  apt_install "${missing[@]}"
fi
has "$chromium" || fail "Chromium is missing; install it, or name one in CARREL_CHROMIUM"
say "  $("$chromium" --version 2>/dev/null)"
