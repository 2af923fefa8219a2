# Five failures of one host: its route, its connections, and nobody else's.
. "$(dirname "$0")/lib.sh"
net_up
conf
start
listen
failures 4 198.51.100.7 >>"$LOG"
settle
check "four failures must not ban" not_routed 198.51.100.7
reach 198.51.100.7 || fail "the client cannot connect before the ban"
fail_line 198.51.100.7 >>"$LOG"
banned 198.51.100.7
refuse "a banned client still connects" reach 198.51.100.7 700
check "another client cannot connect" reach 198.51.100.8
shown route show 198.51.100.7 | grep -q '^blackhole 198.51.100.7 proto 83 *$' ||
    fail "not the route that was promised"
check "check does not say banned" ctl check 198.51.100.7
stop
check "the route must stay after a stop" routed 198.51.100.7
