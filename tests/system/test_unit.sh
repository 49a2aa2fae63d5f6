#!/bin/sh
# SPDX-License-Identifier: MIT
# The units: known to systemd as they are meant, and exposed no more than the network itself makes them.
#
#   test_unit.sh BUILD-FOLDER
set -eu

build=$(cd "$1" && pwd)
source=$(cd "$(dirname "$0")/../.." && pwd)
# Of ten: the network alone is most of what is left (1.2).
EXPOSURE_MAX_TENTHS=12

command -v systemd-analyze >/dev/null || {
    echo "systemd-analyze is absent: skipped"
    exit 77
}

folder=$(mktemp -d /tmp/skywitness-unit-XXXXXXXX)
trap 'rm -rf "$folder"' EXIT

# The programs are not installed here, but each of them must be one that was built.
for unit in skywitness.service skywitness-retain.service; do
    program=$(sed -n 's|^ExecStart=[^ ]*/\([^ /]*\).*|\1|p' "$build/systemd/$unit")
    [ -x "$build/$program" ] || { echo "$unit starts $program, which is not in $build"; exit 1; }
    sed "s|^ExecStart=[^ ]*|ExecStart=$build/$program|" "$build/systemd/$unit" >"$folder/$unit"
done
cp "$source/systemd/skywitness-retain.timer" "$folder/"

# Names of other units and of manual pages are not to be found on every machine; whatever is said about
# lines of ours counts.
status=0
systemd-analyze verify --recursive-errors=no --man=no "$folder"/* 2>"$folder/said" || status=$?
if grep -F "$folder" "$folder/said"; then
    exit 1
fi
if [ $status -ne 0 ]; then
    cat "$folder/said"
    exit $status
fi

# A key that systemd does not know, to see that the check above can fail.
sed 's/^WatchdogSec=/WatchdogSecond=/' "$folder/skywitness.service" >"$folder/broken.service"
systemd-analyze verify --recursive-errors=no --man=no "$folder/broken.service" 2>&1 |
    grep -q "WatchdogSecond" || { echo "systemd-analyze verify does not see an unknown key"; exit 1; }
rm "$folder/broken.service"

for unit in skywitness.service skywitness-retain.service; do
    systemd-analyze security --offline=true --no-pager --threshold=$EXPOSURE_MAX_TENTHS "$folder/$unit" \
        >"$folder/score" || {
        cat "$folder/score"
        echo "$unit: exposed more than $EXPOSURE_MAX_TENTHS tenths"
        exit 1
    }
    tail -n 1 "$folder/score"
done

# The timer's time is one that systemd understands.
systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$folder/skywitness-retain.timer")" >/dev/null

# What sysusers and tmpfiles would make, without making it.
mkdir -p "$folder/root/etc/skywitness"
if command -v systemd-sysusers >/dev/null; then
    systemd-sysusers --root="$folder/root" "$source/systemd/skywitness.sysusers"
    grep -q '^skywitness:' "$folder/root/etc/passwd"
    grep -q '^skywitness-retain:' "$folder/root/etc/passwd"
fi
if [ "$(id -u)" -eq 0 ] && command -v systemd-tmpfiles >/dev/null; then
    systemd-tmpfiles --root="$folder/root" --create "$source/systemd/skywitness.tmpfiles"
    [ "$(stat -c %a "$folder/root/etc/skywitness/credentials")" = 700 ]
fi
