#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the Debian packages that are missing, and starts none of the services they bring.
#
#   install_packages.sh run     what building and running need (./quickstart)
#   install_packages.sh test    that, and what the tests need (./check)
set -eu

RUN="gcc libc6-dev meson ninja-build pkg-config curl
 libcjson-dev libcurl4-openssl-dev libmicrohttpd-dev libpq-dev libsqlite3-dev libssl-dev libsystemd-dev libuv1-dev
 libarchive-dev libdeflate-dev uthash-dev zlib1g-dev
 postgresql-15 postgresql-15-postgis-3 postgresql-client-15 libjs-leaflet util-linux"
TEST="clang debhelper debootstrap dpkg-dev dump1090-mutability git iproute2 jq libasan8 libclang-rt-14-dev libcmocka-dev libfaketime libubsan1
 lintian mandoc nginx-light openssl pmccabe postgresql-15-pgtap procps prometheus python3 python3-jsonschema scdoc systemd
 systemd-container"

wanted=$RUN
[ "${1:-run}" = test ] && wanted="$RUN $TEST"

missing=
for package in $wanted; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
        missing="$missing $package"
    fi
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
        echo "these packages are missing, and without sudo they cannot be installed:$missing" >&2
        exit 1
    }
    as_root=sudo
fi

# A PostgreSQL or nginx of the system's own is nobody's business here: Debian asks this file before it starts
# a service.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
    $as_root chmod +x $policy
    trap '$as_root rm -f $policy' EXIT
fi
echo "installing:$missing" >&2
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2
