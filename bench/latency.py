#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Time from the last byte of an answer to its rows visible, one answer of 12,000 watched aircraft a second.

    SKYWITNESS_BUILD=build-release tests/support/with_postgresql.sh python3 bench/latency.py [ANSWERS_A_RUN]
"""
import sys

import live


def main():
    answers = int(sys.argv[1]) if len(sys.argv) > 1 else 101
    live.describe_machine()
    runs = [live.each_second(answers)[0] for _ in range(live.RUNS)]
    for delays_ms in runs:
        print(f"  {len(delays_ms)} answers: p50 {live.percentile(delays_ms, 50):.0f} ms, "
              f"p99 {live.percentile(delays_ms, 99):.0f} ms, longest {max(delays_ms):.0f} ms")
    live.summarise("last byte to row visible, p99", (live.percentile(run, 99) for run in runs), "ms")


if __name__ == "__main__":
    main()
