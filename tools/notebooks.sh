#!/usr/bin/env bash
# Runs the training notebooks natively over the optimised engine: on the CPU, where every printed digit is compared with
# PyTorch's, and on the GPU (any Vulkan driver, a software one too), where the notebooks' own assertions decide.
set -euo pipefail
source "$(dirname "$0")/env.sh"
source "$root/tools/native_engine.sh"
cd "$root"

build_native_engine --profile recorder
folder=tests/notebooks
trainings=("$folder/digits-mlp.ipynb" "$folder/digits-cnn.ipynb" "$folder/names-gpt.ipynb")
run "$python_folder/bin/python" engine/python/tests/notebooks.py "${trainings[@]}" --expected "$folder/expected" --data "$folder"
CARREL_ENGINE_GPU=1 run "$python_folder/bin/python" engine/python/tests/notebooks.py "${trainings[@]}" --data "$folder"
