#!/bin/sh
# SPDX-License-Identifier: MIT
# Boots a bare Debian 12 in a container with nothing but a loopback, and does there what the operators' page says: see
# boot_inside.sh. Wants root, debootstrap, systemd-nspawn, control groups it may use, and the Debian mirror that this
# machine's apt has; without one of them it says so and is skipped (77).
#
#   tests/system/boot.sh [--packages FOLDER] [--changes FILE] [--root FOLDER] [--mirror URL]
#
# --packages names a folder in which the package is kept (tests/support/build_package.sh), --changes the .changes of one
# that is built already; --root one with a bare Debian 12 (debootstrap's), which is used and changed. Without them all are
# made and removed. With CI=true an ordinary user who may sudo without being asked builds the package and leaves the rest
# to root.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
packages=
changes=
root=
mirror=
BOOT_PATIENCE_S=600
SUITE=bookworm

while [ $# -ge 2 ]; do
    case $1 in
    --packages) packages=$2 ;;
    --changes) changes=$(readlink -f "$2") ;;
    --root) root=$(readlink -f "$2") ;;
    --mirror) mirror=$2 ;;
    *) break ;;
    esac
    shift 2
done
[ $# -eq 0 ] || { echo "boot: cannot read \"$1\"; see the head of this file" >&2; exit 64; }

skip() {
    echo "boot: $*: skipped"
    exit 77
}

if [ "$(id -u)" -ne 0 ]; then
    [ "${CI:-}" = true ] && [ -n "$packages" ] && sudo -n true 2>/dev/null || skip "root is needed"
    changes=$("$source/tests/support/build_package.sh" "$packages")
    exec sudo -n "$0" --changes "$changes"
fi
for program in debootstrap systemd-nspawn apt-get dpkg-deb; do
    command -v $program >/dev/null || skip "$program is absent (debootstrap, systemd-container)"
done
[ -w /sys/fs/cgroup ] || skip "there are no control groups to be written"

# The machine's own sources of Debian 12: the bare system gets them too.
sources=$(apt-get indextargets --format "\$(ORIGIN)|deb \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" "Created-By: Packages" |
    sed -n "s/^Debian|\(.* $SUITE.* main\)$/\1/p" | sort -u)
[ -n "$mirror" ] || mirror=$(echo "$sources" | sed -n "s/^deb \([^ ]*\) $SUITE main$/\1/p" | head -n 1)
[ -n "$mirror" ] || skip "apt has no source of Debian 12 here, and --mirror names none"

folder=$(mktemp -d /var/tmp/skywitness-boot-XXXXXXXX)
package_pid=
clean_up() {
    trap - EXIT HUP INT TERM
    [ -z "$package_pid" ] || kill "$package_pid" 2>/dev/null || :
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'clean_up; exit 143' HUP INT TERM

began=$(date +%s)
say() {
    echo "boot: $* ($(($(date +%s) - began)) s)"
}

# --- the package and the bare system, side by side ------------------------------------------------

if [ -z "$changes" ]; then
    "$source/tests/support/build_package.sh" "${packages:-$folder/packages}" >"$folder/changes" 2>"$folder/package.log" &
    package_pid=$!
fi
if [ -z "$root" ]; then
    root=$folder/root
    debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,python3 $SUITE "$root" "$mirror" \
        >"$folder/log" 2>&1 || { tail -n 20 "$folder/log"; exit 1; }
    say "a bare Debian 12"
fi
if [ -z "$changes" ]; then
    status=0
    wait $package_pid || status=$?
    package_pid=
    [ $status -eq 0 ] || { cat "$folder/package.log"; exit $status; }
    changes=$(cat "$folder/changes")
    say "the package"
fi

# A second one that only says that it is newer, to upgrade to.
mkdir -p "$root/opt/boot/sql"
cp "${changes%/*}"/skywitness_*.deb "$root/opt/boot/skywitness.deb"
dpkg-deb --raw-extract "$root/opt/boot/skywitness.deb" "$folder/newer"
sed -i 's/^Version: .*/&+newer/' "$folder/newer/DEBIAN/control"
dpkg-deb --root-owner-group --build -z1 "$folder/newer" "$root/opt/boot/skywitness_newer.deb" >/dev/null

cp "$here/boot_inside.sh" "$here/serve_flight.py" "$here/feed_server.py" "$here/flights.py" "$here/take_webhooks.py" \
    "$root/opt/boot/"
cp "$source/debian/tests/smoke" "$root/opt/boot/"
cp "$source"/sql/[0-9]*.sql "$root/opt/boot/sql/"
cat >"$root/etc/systemd/system/boot-test.service" <<'END'
[Unit]
Description=the boot test of skywitness
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c '/opt/boot/boot_inside.sh >/opt/boot/result 2>&1'
ExecStopPost=/bin/systemctl --no-block poweroff
TimeoutStartSec=20min
[Install]
WantedBy=graphical.target
END
rm -f "$root/opt/boot/result"

# Under systemd the container gets a scope of its own; where there is none it stays in the caller's control group.
keep_unit=--keep-unit
[ ! -d /run/systemd/system ] || keep_unit=
nspawn() {
    # shellcheck disable=SC2086
    systemd-nspawn --quiet --register=no $keep_unit --directory="$root" "$@"
}
nspawn /bin/true >"$folder/log" 2>&1 || { cat "$folder/log"; skip "systemd-nspawn cannot make a container here"; }

# While there still is a network: what the package will want, into apt's cache.
if [ -n "$sources" ]; then
    echo "$sources" >"$root/etc/apt/sources.list"
fi
apt-config dump | grep '^Acquire::[^ ]*::Proxy ' >"$root/etc/apt/apt.conf.d/90proxy" || :
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/boot"
cat >"$root/opt/boot/fetch.sh" <<'END'
set -e
printf '%s\n' 'Acquire::Languages "none";' 'Dpkg::Use-Pty "0";' >/etc/apt/apt.conf.d/90boot
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --download-only /opt/boot/skywitness.deb
systemctl enable boot-test.service
END
nspawn /bin/sh /opt/boot/fetch.sh >"$folder/log" 2>&1 || { tail -n 30 "$folder/log"; exit 1; }
say "what the package will want is there"

# --- on with it -----------------------------------------------------------------------------------

# At the end of its patience timeout sends SIGTERM, which nspawn passes on as a request to shut down.
# shellcheck disable=SC2086
timeout --kill-after=60 $BOOT_PATIENCE_S systemd-nspawn --quiet --register=no $keep_unit --directory="$root" \
    --private-network --kill-signal=SIGRTMIN+4 --boot </dev/null >"$folder/console" 2>&1 || :
say "booted and tried, $(du -sm "$root" | cut -f 1) MB"

if [ ! -e "$root/opt/boot/result" ]; then
    tail -n 40 "$folder/console"
    if grep -qi "cgroup\|control group" "$folder/console"; then
        skip "systemd does not come up in a container here, for want of its control groups"
    fi
    exit 1
fi
cat "$root/opt/boot/result"
tail -n 1 "$root/opt/boot/result" | grep -qx PASSED
