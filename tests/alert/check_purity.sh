#!/bin/sh
# SPDX-License-Identifier: MIT
# Events, rules, payloads, forms, signatures and the schedule take structs and an explicit time: no clock, socket, file,
# environment or output. Usage: check_purity.sh ARCHIVE
set -eu
[ $# -eq 1 ] || { echo "usage: $0 ARCHIVE" >&2; exit 64; }
undefined=$(nm -u "$1" | awk '$1 == "U" { print $2 }' | sed 's/@.*//' | sort -u)
[ -n "$undefined" ] || { echo "$0: $1 names nothing" >&2; exit 1; }
bad=$(echo "$undefined" | grep -Ex '(f?open|openat|fdopen|read|write|send.*|recv.*|socket|connect|time|clock_.*|gettimeofday|localtime.*|mktime|getenv|secure_getenv|rand.*|getrandom|f?printf|puts|fwrite|fopen.*|uv_.*|curl_.*|sqlite3_.*|PQ.*)(64)?' || true)
if [ -n "$bad" ]; then
    echo "not pure; uses:" $bad >&2
    exit 1
fi
echo "pure: $(echo "$undefined" | wc -l) outside symbols"
