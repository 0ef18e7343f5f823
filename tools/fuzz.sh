#!/usr/bin/env bash
# Long runs of the tests that make their input from a seed. A finding prints the seed that repeats it:
# CARREL_FUZZ_SEED=123 tools/fuzz.sh
set -euo pipefail
source "$(dirname "$0")/env.sh"
source "$root/tools/native_engine.sh"
cd "$root"

export CARREL_FUZZ_SEED="${CARREL_FUZZ_SEED:-$(date +%s)}"
export CARREL_FUZZ_ROUNDS="${CARREL_FUZZ_ROUNDS:-500}"
say "== seed $CARREL_FUZZ_SEED, $CARREL_FUZZ_ROUNDS rounds"
# Memory that grows without bound is a finding too.
ulimit -v 8000000 2>/dev/null || true
run cargo test --package carrel-engine --test fuzz
build_native_engine
export CARREL_ENGINE_GPU=1
first="$((CARREL_FUZZ_SEED % 1000000000))"
run "$python_folder/bin/python" engine/python/tests/property_graphs.py --first "$first" --count "$((CARREL_FUZZ_ROUNDS * 2))"
run "$python_folder/bin/python" engine/python/tests/property_gradients.py --first "$first" --count "$((CARREL_FUZZ_ROUNDS * 2))"
# The larger models' training loops at full length.
CARREL_TRAINING_STEPS=500 run "$python_folder/bin/python" -m unittest discover --start-directory engine/python/tests/gpu --top-level-directory engine/python/tests/gpu --pattern test_training.py
