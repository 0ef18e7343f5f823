#!/usr/bin/env bash
# Checks for what the other steps stand on and says how to get it: a Rust toolchain, a C linker, Node.js, npm.
# Installs nothing: these are the reader's own to choose.
set -euo pipefail
source "$(dirname "$0")/../env.sh"

has cargo || fail "Rust is missing; install it from https://rustup.rs"
has cc || fail "a C linker is missing; on Debian: apt-get install build-essential"
has node || fail "Node.js is missing; install version 20 or newer from https://nodejs.org"
has npm || fail "npm is missing; it comes with Node.js"
node_major="$(node -p 'process.versions.node.split(".")[0]')"
[ "$node_major" -ge 20 ] || fail "Node.js $(node --version) is too old; 20 or newer is needed"
