#!/bin/sh
# SPDX-License-Identifier: MIT
# The Debian package, built from the tracked files: lintian has nothing to say, and what must be in it is.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)

for program in dpkg-buildpackage dh lintian; do
    command -v $program >/dev/null || { echo "$program is absent (debhelper, dpkg-dev, lintian): skipped"; exit 77; }
done
git -C "$root" rev-parse --is-inside-work-tree >/dev/null 2>&1 || { echo "this is no git clone: skipped"; exit 77; }

folder=$(mktemp -d /tmp/skywitness-package-XXXXXXXX)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/source"
(cd "$root" && git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from=- --file=-) | tar --extract --file=- -C "$folder/source"
cd "$folder/source"
(cd "$folder/source" && dpkg-checkbuilddeps) || { echo "something to build with is missing: skipped"; exit 77; }

# The environment of a sanitizer build is none of the package's.
unset ASAN_OPTIONS UBSAN_OPTIONS CFLAGS LDFLAGS 2>/dev/null || :
dpkg-buildpackage --unsigned-source --unsigned-changes --build=binary -j1 >"$folder/log" 2>&1 || {
    tail -n 40 "$folder/log"
    exit 1
}

status=0
lintian --allow-root --fail-on error,warning "$folder"/skywitness_*.changes || status=$?
[ $status -eq 0 ] || exit $status

package=$(echo "$folder"/skywitness_*.deb)
dpkg-deb --contents "$package" | awk '{ print $6 }' >"$folder/files"
for file in ./etc/skywitness/skywitness.json ./lib/systemd/system/skywitness.service ./usr/sbin/skywitnessd \
    ./lib/systemd/system/skywitness-retain.timer ./usr/bin/skywitness ./usr/sbin/skywitness-setup-database \
    ./usr/lib/sysusers.d/skywitness.conf ./usr/lib/tmpfiles.d/skywitness.conf \
    ./usr/share/bash-completion/completions/skywitness ./usr/share/man/man8/skywitnessd.8.gz; do
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
