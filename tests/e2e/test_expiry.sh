# A ban ends by itself, the next lasts longer, and released is released.
. "$(dirname "$0")/lib.sh"
net_up
conf "ban for 4s" "ban repeat double up to 1h"
start
failures 5 198.51.100.40 >>"$LOG"
banned 198.51.100.40
wait_for 6 not_routed 198.51.100.40 || fail "it does not end"
sleep 1.1
failures 5 198.51.100.40 >>"$LOG"
banned 198.51.100.40
ctl -j bans | tr -d ' \n' | grep -q '"strikes":2' || fail "$(ctl -j bans)"
sleep 5
check "the second ban is not longer" routed 198.51.100.40
wait_for 6 not_routed 198.51.100.40 || fail "the second does not end"

# By hand, for a time.
check "ban by hand" ctl ban 198.51.100.41 for 1h
banned 198.51.100.41
check "unban" ctl unban 198.51.100.41
check "still there" not_routed 198.51.100.41
refuse "unban of what is not banned" ctl unban 198.51.100.41

# Lines from before a release never count again.
failures 5 198.51.100.42 10 >>"$LOG"
banned 198.51.100.42
check "unban" ctl unban 198.51.100.42
stop
start
settle
check "old lines banned again" not_routed 198.51.100.42
check "nor those of an expired ban" not_routed 198.51.100.40
# Nor do they where the log's clock is an hour ahead.
failures 5 198.51.100.44 -3600 >>"$LOG"
banned 198.51.100.44
check "unban" ctl unban 198.51.100.44
stop
start
settle
check "old lines of a fast clock banned again" not_routed 198.51.100.44

sleep 1
failures 5 198.51.100.42 >>"$LOG"
banned 198.51.100.42
check "unban with allow" ctl unban 198.51.100.42 allow 1h
sleep 1
failures 9 198.51.100.42 >>"$LOG"
failures 5 198.51.100.43 >>"$LOG"
banned 198.51.100.43
check "banned although allowed" not_routed 198.51.100.42
stop
