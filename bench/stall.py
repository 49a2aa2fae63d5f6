#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The longest the loop was busy without a break, in five minutes of one answer of 12,000 watched aircraft a second.
A worst value has no median: one long run is asked for.

    SKYWITNESS_BUILD=build-release tests/support/with_postgresql.sh python3 bench/stall.py [ANSWERS]
"""
import sys

import live


def main():
    answers = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    live.describe_machine()
    delays_ms, stall_ms, memory_mib = live.each_second(answers)
    print(f"worst stall of the loop over {answers} answers: {stall_ms:.1f} ms")
    print(f"  in the same run: last byte to row visible p99 {live.percentile(delays_ms, 99):.0f} ms, "
          f"longest {max(delays_ms):.0f} ms; resident at most {memory_mib:.1f} MiB")


if __name__ == "__main__":
    main()
