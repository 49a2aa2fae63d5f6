#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the Debian package from the tree's own files (tracked or new, not ignored) and prints the path of its .changes.
#
#   build_package.sh FOLDER
#
# FOLDER keeps it as long as none of those files changes. Two callers at once build it once. 77 when something to build
# with is missing.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)

for program in dpkg-buildpackage dh flock; do
    command -v $program >/dev/null || { echo "$program is absent (debhelper, dpkg-dev, util-linux): skipped" >&2; exit 77; }
done
git -C "$root" rev-parse --is-inside-work-tree >/dev/null 2>&1 || { echo "this is no git clone: skipped" >&2; exit 77; }
(cd "$root" && dpkg-checkbuilddeps) >&2 || { echo "something to build with is missing: skipped" >&2; exit 77; }

# A file may be listed and gone.
list_files() {
    (cd "$root" && git ls-files -z --cached --others --exclude-standard | sort -zu)
}
exec 9>"$folder/lock"
flock 9
key=$(list_files | (cd "$root" && xargs -0 sha256sum 2>/dev/null || :) | sha256sum | cut -c 1-16)
if [ ! -e "$folder/$key/done" ]; then
    find "$folder" -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +
    mkdir -p "$folder/$key/source"
    list_files | (cd "$root" && tar --create --null --ignore-failed-read --files-from=- --file=- 2>/dev/null) |
        tar --extract --file=- -C "$folder/$key/source"
    # The environment of a sanitizer build is none of the package's.
    unset ASAN_OPTIONS UBSAN_OPTIONS CFLAGS LDFLAGS 2>/dev/null || :
    (cd "$folder/$key/source" && dpkg-buildpackage --unsigned-source --unsigned-changes --build=binary -j2) \
        >"$folder/$key/log" 2>&1 9>&- || { tail -n 40 "$folder/$key/log" >&2; exit 1; }
    rm -rf "$folder/$key/source"
    touch "$folder/$key/done"
fi
echo "$folder/$key"/skywitness_*.changes
