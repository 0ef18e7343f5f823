# The versions of everything that is fetched besides cargo's and npm's own lock files.
# wasm-bindgen must equal the version in Cargo.lock; the browser side of a different version does not load.
# shellcheck shell=bash disable=SC2034
WASM_BINDGEN_VERSION=0.2.130
TRUNK_VERSION=0.21.14
NBFORMAT_VERSION=5.10.4
# The kernel of Jupyter itself, with which the tests compare; its IPython is that of kernel_packages.txt.
IPYKERNEL_VERSION=7.4.0
NBCLIENT_VERSION=0.11.0
# For tests of the exchange with NumPy; every 2.x will do, since each runs on a few versions of Python only.
NUMPY_VERSION=2.*
WASM_TARGET=wasm32-unknown-unknown
