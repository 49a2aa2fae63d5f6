#!/bin/sh
# SPDX-License-Identifier: MIT
# The cores take bytes or structs and an explicit time and return structs: no clock, socket, file, environment
# or output. Usage: check_purity.sh ARCHIVE...   Every symbol that is undefined in the archives taken together
# must be on the list below.
set -eu
[ $# -gt 0 ] || { echo "usage: $0 ARCHIVE..." >&2; exit 64; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/allowed" <<'LIST'
abort
abs
calloc
free
malloc
realloc
reallocarray
mem(chr|cmp|cpy|move|rchr|set|mem)
__mem(cpy|move|set)_chk
str(chr|cmp|cspn|len|ncmp|nlen|pbrk|rchr|sep|spn|str|tod|tol|toll|toul|toull)
__isoc23_strto(l|ll|ul|ull)
(v)?snprintf
__(v)?snprintf_chk
qsort
bsearch
(a)?(sin|cos|tan)h?f?
sincosf?
atan2f?
sqrtf?
fmodf?
fabsf?
f(max|min)f?
hypotf?
(exp|log|pow)(2|10)?f?
(floor|ceil|round|trunc|rint|nearbyint|l?lrint|l?lround)f?
(nan|ldexp|frexp|remainder|cbrt|copysign|erf|erfc|lgamma|tgamma|expm1|log1p)f?
__(isnan|isinf|finite|fpclassify|signbit)f?
cJSON_[A-Za-z0-9_]+
__stack_chk_(fail|guard)
__assert_fail
_GLOBAL_OFFSET_TABLE_
__(a|ub|l)san_.*
__sanitizer_.*
__afl_.*
LIST

nm "$@" | awk 'NF == 3 { print $3 }' | sort -u > "$work/defined"
nm -u "$@" | awk '$1 == "U" { print $2 }' | sed 's/@.*//' | sort -u > "$work/undefined"
comm -23 "$work/undefined" "$work/defined" > "$work/outside"
[ -s "$work/defined" ] || { echo "$0: the archives define nothing" >&2; exit 1; }
if grep -Evx "$(paste -sd'|' "$work/allowed")" "$work/outside" > "$work/bad"; then
    echo "not pure; uses:" >&2
    sed 's/^/  /' "$work/bad" >&2
    exit 1
fi
echo "pure: $(wc -l < "$work/outside") outside symbols, all allowed"
