#!/bin/sh
# SPDX-License-Identifier: MIT
# Boots a bare Debian 12 in a container with nothing but a loopback, and does there what the operator's page says: see
# boot_inside.sh. Not part of ./check: it wants root, debootstrap, systemd-nspawn, a Debian mirror and some minutes.
#
#   tests/system/boot.sh [--package FILE.deb] [--root FOLDER] [--mirror URL]
#
# --root names a folder with a bare Debian 12 (debootstrap's), which is used and changed; else one is made and removed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
package=
root=
mirror=http://deb.debian.org/debian
BOOT_PATIENCE_S=1200

while [ $# -ge 2 ]; do
    case $1 in
    --package) package=$(readlink -f "$2") ;;
    --root) root=$(readlink -f "$2") ;;
    --mirror) mirror=$2 ;;
    *) break ;;
    esac
    shift 2
done
[ $# -eq 0 ] || { echo "boot: cannot read \"$1\"; see the head of this file" >&2; exit 64; }

[ "$(id -u)" -eq 0 ] || { echo "boot: root is needed: skipped"; exit 77; }
for program in debootstrap systemd-nspawn; do
    command -v $program >/dev/null || { echo "boot: $program is absent (debootstrap, systemd-container): skipped"; exit 77; }
done

folder=$(mktemp -d /var/tmp/skywitness-boot-XXXXXXXX)
clean_up() {
    trap - EXIT HUP INT TERM
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'clean_up; exit 143' HUP INT TERM

if [ -z "$package" ]; then
    mkdir "$folder/source"
    (cd "$source" && git ls-files -z --cached --others --exclude-standard |
        tar --create --null --files-from=- --file=-) | tar --extract --file=- -C "$folder/source"
    (cd "$folder/source" && dpkg-buildpackage --unsigned-source --unsigned-changes --build=binary -j1) >"$folder/log" 2>&1 ||
        { tail -n 40 "$folder/log"; exit 1; }
    package=$(echo "$folder"/skywitness_*.deb)
fi

if [ -z "$root" ]; then
    root=$folder/root
    debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus bookworm "$root" "$mirror" >"$folder/log" 2>&1 ||
        { tail -n 20 "$folder/log"; exit 1; }
fi

mkdir -p "$root/opt/boot"
cp "$package" "$root/opt/boot/skywitness.deb"
cp "$here/boot_inside.sh" "$here/serve_flight.py" "$here/feed_server.py" "$here/flights.py" "$root/opt/boot/"
cat >"$root/opt/boot/receiver.py" <<'END'
"""Takes webhooks and appends their bodies to a file."""
import http.server
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(sys.argv[1], "ab") as file:
            file.write(body + b"\n")
        self.send_response(204)
        self.end_headers()


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_address[1]}/hook", flush=True)
server.serve_forever()
END
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

nspawn() {
    systemd-nspawn --quiet --register=no --keep-unit --directory="$root" "$@"
}

# While there still is a network: what the package will want, into apt's cache.
cat >"$root/opt/boot/fetch.sh" <<'END'
set -e
rm -f /etc/apt/apt.conf.d/docker-clean
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --download-only /opt/boot/skywitness.deb
systemctl enable boot-test.service
END
nspawn /bin/sh /opt/boot/fetch.sh >"$folder/log" 2>&1 || { tail -n 30 "$folder/log"; exit 1; }

# At the end of its patience timeout sends SIGTERM, which nspawn passes on as a request to shut down.
timeout --kill-after=60 $BOOT_PATIENCE_S systemd-nspawn --quiet --register=no --keep-unit --directory="$root" \
    --private-network --kill-signal=SIGRTMIN+4 --boot </dev/null >"$folder/console" 2>&1 || :

cat "$root/opt/boot/result" 2>/dev/null || { tail -n 40 "$folder/console"; exit 1; }
tail -n 1 "$root/opt/boot/result" | grep -qx PASSED
