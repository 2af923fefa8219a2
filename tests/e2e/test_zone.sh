#!/bin/sh
# A log whose stamps are of another time zone, or say nothing: lines that come
# now count as of now, those that are late keep their place.
set -u
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

net_up
conf "threshold 5 within 10m" "ban for 1h"
start

# Behind and ahead by hours, by a day, by years.
failures 5 198.51.100.7 18000 >>"$LOG"
banned 198.51.100.7
failures 5 198.51.100.8 -7200 >>"$LOG"
banned 198.51.100.8
failures 5 198.51.100.9 $((3 * 86400)) >>"$LOG"
banned 198.51.100.9
fail_line 198.51.100.10 | sed 's/^.* mx1/2019-03-31T02:30:00+01:00 mx1/' \
    >"$T/old"
cat "$T/old" "$T/old" "$T/old" "$T/old" "$T/old" >>"$LOG"
banned 198.51.100.10

# And a ban by such a log does not begin in the future.
ctl -j check 198.51.100.8 >"$T/check" || fail "198.51.100.8 is not banned"
since=$(sed -n 's/.*"since": *"\([^"]*\)".*/\1/p' "$T/check" | head -1)
[ -n "$since" ] &&
    [ "$(date -d "$since" +%s)" -le "$(($(date +%s) + 1))" ] ||
    fail "banned since $since"

# What happened before a release does not count, in whatever zone.
check "unban" ctl unban 198.51.100.7
failures 5 198.51.100.7 18060 >>"$LOG"
failures 5 198.51.100.7 60 >>"$LOG"
settle
not_routed 198.51.100.7 || fail "banned for what was before its release"
sleep 1.1
failures 5 198.51.100.7 18000 >>"$LOG"
banned 198.51.100.7

# The age of the last line is that of its arrival.
ctl -j status >"$T/status"
last=$(sed -n 's/.*"last_line": *"\([^"]*\)".*/\1/p' "$T/status" | head -1)
age=$(($(date +%s) - $(date -d "$last" +%s)))
[ -n "$last" ] && [ "$age" -ge -1 ] && [ "$age" -le 60 ] || fail "the last line is of $last"
stop
