#!/usr/bin/env bash
# Runs the Python packages' tests under plain CPython, over the engine built as a native library.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$root"

run cargo build --package carrel-engine
target="$(cargo metadata --format-version 1 --no-deps | "$python_folder/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')"
case "$(uname)" in
  Darwin) library=libcarrel_engine.dylib ;;
  *) library=libcarrel_engine.so ;;
esac
export CARREL_ENGINE_LIB="$target/debug/$library"
export PYTHONPATH="$root/engine/python"
export PYTHONDONTWRITEBYTECODE=1
run "$python_folder/bin/python" -m unittest discover --start-directory engine/python/tests --top-level-directory engine/python/tests
# What runs on the GPU: any Vulkan driver, a software one too.
CARREL_ENGINE_GPU=1 run "$python_folder/bin/python" -m unittest discover --start-directory engine/python/tests/gpu --top-level-directory engine/python/tests/gpu
