# Sourced by the scripts that run Python over the engine as a native library.
# shellcheck shell=bash

# Builds the library (arguments: --profile NAME), and tells Python where it and the packages are.
build_native_engine() {
  run cargo build --package carrel-engine "$@"
  local target library folder=debug
  [ "${1:-}" = --profile ] && folder="$2"
  target="$(cargo metadata --format-version 1 --no-deps | "$python_folder/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')"
  case "$(uname)" in
    Darwin) library=libcarrel_engine.dylib ;;
    *) library=libcarrel_engine.so ;;
  esac
  export CARREL_ENGINE_LIB="$target/$folder/$library"
  export PYTHONPATH="$root/engine/python"
  export PYTHONDONTWRITEBYTECODE=1
}
