#!/usr/bin/env bash
# A sample of what can happen to a run, other seeds each time; `make torture` runs a longer
# campaign.  SEEDS, FIRST (the first seed) and SECONDS_MOST bound it.
exec env -u PYTHONPATH /usr/bin/python3 "$(dirname "$0")/torture" "${SEEDS:-12}" \
    "${FIRST:-$(($(date +%s) % 1000000))}" "${SECONDS_MOST:-120}"
