#!/usr/bin/env bash
# Replays what real PyTorch answered to thousands of calls, on the CPU and on the GPU (any Vulkan driver, a software one
# too), and prints how many agree. Fails where a list of known misses beside the runner is not true.
set -euo pipefail
source "$(dirname "$0")/env.sh"
source "$root/tools/native_engine.sh"
cd "$root"

build_native_engine
recorded=tests/conformance
status=0
run "$python_folder/bin/python" engine/python/tests/conformance.py "$recorded" opinfo modules optim rng --check || status=1
CARREL_ENGINE_GPU=1 run "$python_folder/bin/python" engine/python/tests/conformance.py "$recorded" opinfo modules optim --check --device webgpu || status=1
exit "$status"
