#!/usr/bin/env bash
# Runs the Python packages' tests under plain CPython, over the engine built as a native library.
set -euo pipefail
source "$(dirname "$0")/env.sh"
source "$root/tools/native_engine.sh"
cd "$root"

build_native_engine
# Without this, tests of the exchange with NumPy are skipped where NumPy is missing.
export CARREL_TESTS_NEED_NUMPY=1
run "$python_folder/bin/python" -m unittest discover --start-directory engine/python/tests --top-level-directory engine/python/tests
# What runs on the GPU: any Vulkan driver, a software one too.
CARREL_ENGINE_GPU=1 run "$python_folder/bin/python" -m unittest discover --start-directory engine/python/tests/gpu --top-level-directory engine/python/tests/gpu
# Half types as on GPUs without 16-bit floats.
CARREL_ENGINE_GPU=1 CARREL_ENGINE_HALVES=wide run "$python_folder/bin/python" -m unittest discover --start-directory engine/python/tests/gpu --top-level-directory engine/python/tests/gpu --pattern test_halves.py
# What real PyTorch answered, of its draws and optimisers all, of the rest a sample; `make conformance` runs all of it.
run "$python_folder/bin/python" engine/python/tests/conformance.py tests/conformance rng optim --check
run "$python_folder/bin/python" engine/python/tests/conformance.py tests/conformance opinfo modules --check --every 8
CARREL_ENGINE_GPU=1 run "$python_folder/bin/python" engine/python/tests/conformance.py tests/conformance opinfo modules --check --every 24 --device webgpu
CARREL_ENGINE_GPU=1 run "$python_folder/bin/python" engine/python/tests/conformance.py tests/conformance optim --check --device webgpu
