#!/usr/bin/env bash
# Makes a Python environment for the tests: with nbformat, the reference reader of the notebook format, and NumPy, with
# which torch exchanges arrays, and Jupyter's own kernel, with whose outputs those of this one are compared.
set -euo pipefail
source "$(dirname "$0")/../env.sh"
source "$root/tools/setup/apt.sh"

if [ ! -f "$python_folder/.complete" ]; then
  has python3 || { can_apt && apt_install python3; } || fail "Python 3 is missing"
  rm -rf "$python_folder"
  python3 -m venv "$python_folder" || {
    can_apt && apt_install python3-venv && python3 -m venv "$python_folder"
  } || fail "python3 -m venv does not work; on Debian: apt-get install python3-venv"
  run "$python_folder/bin/pip" install --quiet --disable-pip-version-check "nbformat==$NBFORMAT_VERSION" \
    "numpy==$NUMPY_VERSION" "ipykernel==$IPYKERNEL_VERSION" "nbclient==$NBCLIENT_VERSION" \
    "$(grep -o '^ipython==[0-9.]*' "$root/tools/setup/kernel_packages.txt")"
  touch "$python_folder/.complete"
fi
say "  nbformat $("$python_folder/bin/python" -c 'import nbformat; print(nbformat.__version__)')"
say "  numpy $("$python_folder/bin/python" -c 'import numpy; print(numpy.__version__)')"
say "  ipykernel $("$python_folder/bin/python" -c 'import ipykernel; print(ipykernel.__version__)')"
