#!/usr/bin/env bash
# 25 kills at random moments, the rank count changing at each restart; `tests/torture 500`
# by hand makes a longer campaign.
exec env -u PYTHONPATH /usr/bin/python3 "$(dirname "$0")/torture" "${KILLS:-25}"
