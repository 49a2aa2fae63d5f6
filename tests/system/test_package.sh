#!/bin/sh
# SPDX-License-Identifier: MIT
# The Debian package, built from the tracked files: lintian has nothing to say, and what must be in it is.
#
#   test_package.sh PACKAGE-FOLDER      where tests/support/build_package.sh keeps it
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)

command -v lintian >/dev/null || { echo "lintian is absent: skipped"; exit 77; }
changes=$("$root/tests/support/build_package.sh" "$1")
package=$(echo "${changes%/*}"/skywitness_*.deb)

lintian --allow-root --fail-on error,warning "$changes"

folder=$(mktemp -d /tmp/skywitness-package-XXXXXXXX)
trap 'rm -rf "$folder"' EXIT
dpkg-deb --contents "$package" | awk '{ print $6 }' >"$folder/files"
for file in ./etc/skywitness/skywitness.json ./lib/systemd/system/skywitness.service ./usr/sbin/skywitnessd \
    ./lib/systemd/system/skywitness-retain.timer ./usr/bin/skywitness ./usr/sbin/skywitness-setup-database \
    ./usr/lib/sysusers.d/skywitness.conf ./usr/lib/tmpfiles.d/skywitness.conf ./usr/lib/systemd/catalog/skywitness.catalog \
    ./usr/share/bash-completion/completions/skywitness ./usr/share/man/man8/skywitnessd.8.gz \
    ./usr/share/man/man5/skywitness-claims.5.gz ./usr/share/doc/skywitness/examples/alerts.yml \
    ./usr/share/doc/skywitness/examples/grafana.json; do
    grep -qx "$file" "$folder/files" || { echo "$file is not in the package"; exit 1; }
done

# As unpacked: the programs start, the shipped configuration is good, and the unit names what is there.
dpkg-deb --extract "$package" "$folder/unpacked"
"$folder/unpacked/usr/sbin/skywitnessd" --config "$folder/unpacked/etc/skywitness/skywitness.json" --check-config
"$folder/unpacked/usr/bin/skywitness" --version
grep -qx 'ExecStart=/usr/sbin/skywitnessd' "$folder/unpacked/lib/systemd/system/skywitness.service"
"$folder/unpacked/usr/sbin/skywitnessd" --help | grep -q '/etc/skywitness/skywitness.json'

# Nothing is enabled by installing.
dpkg-deb --control "$package" "$folder/control"
if grep -q "deb-systemd-helper enable" "$folder/control/postinst" &&
    ! grep -q "was-enabled" "$folder/control/postinst"; then
    echo "the package enables a service"
    exit 1
fi
