#!/usr/bin/env bash
# Brings everything that is missing for building ("build") or for building and testing ("test"), and shows each step.
# Does nothing, in about a second, when nothing is missing. Never touches what it did not install.
set -euo pipefail
source "$(dirname "$0")/env.sh"
purpose="${1:-build}"
steps=(requirements wasm_target cargo_tools npm kernel_packages)
[ "$purpose" = test ] && steps+=(browser python)

started=$SECONDS
for index in "${!steps[@]}"; do
  step="${steps[$index]}"
  say "set-up $((index + 1))/${#steps[@]}: ${step//_/ }"
  bash "$root/tools/setup/$step.sh"
done
say "set-up complete ($((SECONDS - started)) s)"
