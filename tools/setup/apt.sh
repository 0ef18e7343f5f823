# Sourced by set-up steps that may use Debian's packages.
# shellcheck shell=bash

# Can this user install Debian packages here?
can_apt() { has apt-get && [ "$(id -u)" = 0 ]; }

# Installs the named Debian packages, fetching the package lists once if they are not known yet.
apt_install() {
  say "  installing Debian packages: $*"
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y --no-install-recommends "$@" || {
    apt-get update
    apt-get install -y --no-install-recommends "$@"
  }
}
