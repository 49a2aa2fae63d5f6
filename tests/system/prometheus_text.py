# SPDX-License-Identifier: MIT
"""A strict reader of Prometheus' text exposition format 0.0.4: it refuses what a scraper would, and what promtool
complains about."""
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\S+)")
TYPES = ("counter", "gauge", "histogram")


class FormatError(Exception):
    pass


def family_of(name, families):
    """The family a sample belongs to: itself, or a histogram without the suffix."""
    if name in families:
        return name
    base = re.sub(r"_(bucket|sum|count)$", "", name)
    return base if families.get(base, {}).get("type") == "histogram" else None


def read(text):
    """Returns {(name, ((label, value), ...)): number} of a text that is right in every respect."""
    families, samples, current, done = {}, {}, None, set()
    if not text.endswith("\n"):
        raise FormatError("the last line has no end")
    for number, line in enumerate(text[:-1].split("\n"), 1):
        head = re.fullmatch(rf"# (HELP|TYPE) ({NAME}) (.+)", line)
        if head:
            kind, name, value = head.groups()
            if name != current:
                if name in done or name in families:
                    raise FormatError(f"line {number}: {name} is not in one piece")
                if current is not None:
                    done.add(current)
                current, families[name] = name, {}
            if kind.lower() in families[name]:
                raise FormatError(f"line {number}: a second {kind} of {name}")
            if kind == "TYPE" and value not in TYPES:
                raise FormatError(f"line {number}: unknown type {value}")
            families[name][kind.lower()] = value
            continue
        found = SAMPLE.fullmatch(line)
        if not found:
            raise FormatError(f"line {number}: not a sample: {line!r}")
        name, value = found.group(1), float(found.group(found.re.groups))
        labels = tuple(re.findall(LABEL, found.group(2) or ""))
        if family_of(name, families) != current:
            raise FormatError(f"line {number}: {name} stands under {current}")
        if set(families[current]) != {"help", "type"}:
            raise FormatError(f"line {number}: {current} has no help or no type")
        if (name, labels) in samples:
            raise FormatError(f"line {number}: a second {name}{labels}")
        if families[current]["type"] == "counter" and (not name.endswith("_total") or value < 0):
            raise FormatError(f"line {number}: {name} is no good counter")
        samples[name, labels] = value
    for name, family in families.items():
        if family["type"] == "histogram":
            check_histogram(name, samples)
    return samples


def check_histogram(name, samples):
    series = {}
    for (sample, labels), value in samples.items():
        if sample == name + "_bucket":
            bound = float(dict(labels)["le"].replace("+Inf", "inf"))
            series.setdefault(tuple(pair for pair in labels if pair[0] != "le"), []).append((bound, value))
    for labels, buckets in series.items():
        if buckets != sorted(buckets) or [v for _, v in buckets] != sorted(v for _, v in buckets):
            raise FormatError(f"{name}{labels}: buckets do not rise")
        if buckets[-1][0] != float("inf") or buckets[-1][1] != samples[name + "_count", labels]:
            raise FormatError(f"{name}{labels}: the last bucket is not the count")
        if (name + "_sum", labels) not in samples:
            raise FormatError(f"{name}{labels}: no sum")
