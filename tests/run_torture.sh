#!/usr/bin/env bash
# A sample of what can happen to a run, other seeds each time, and those that once had a wrong
# verdict; `make torture` runs a longer campaign.  SEEDS, FIRST (the first seed) and SECONDS_MOST
# bound it.
torture() { env -u PYTHONPATH /usr/bin/python3 "$(dirname "$0")/torture" "$@"; }
torture 1 239 60 && # a read fails once while the file is opened
    torture "${SEEDS:-12}" "${FIRST:-$(($(date +%s) % 1000000))}" "${SECONDS_MOST:-120}"
