#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/alerts.yml as Prometheus would evaluate it, over the numbers of alerts_test.yml.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
promtool=${SKYWITNESS_PROMTOOL:-$(command -v promtool || :)}
[ -n "$promtool" ] || { echo "promtool is absent (Debian: prometheus): skipped"; exit 77; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed "s|ALERTS|$here/../../docs/alerts.yml|" "$here/alerts_test.yml" >"$folder/test.yml"
"$promtool" test rules "$folder/test.yml"
