#!/bin/sh
# The limit of bans: no more than that, the others refused and counted, one
# line about it, and they have their turn when there is room.
. "$(dirname "$0")/lib.sh"
net_up
conf "limit bans 100"
number()
{
	ctl -j status | tr -d ' \n' | sed "s/.*\"$1\":\([0-9]*\).*/\1/"
}
# crowd N: one more failure of each of 300 hosts, N times.
crowd()
{
	awk -v t="$(ago 0)" -v n="$1" 'BEGIN {
		for (r = 0; r < n; r++)
			for (i = 1; i <= 300; i++)
				printf "%s mx1 postfix/smtpd[%d]: warning: unknown[198.51.%d.%d]: SASL LOGIN authentication failed: UGFzc3dvcmQ6\n", t, i, 100 + i / 250, i % 250
	}'
}
# As a service logs, without -v.
launch()
{
	shift 2
	exec nsenter --net="/run/netns/$S" "$STAGE/sbin/smtpband" -d "$@"
}
start
crowd 5 >>"$LOG"
settled()
{
	[ "$(number bans)" = 100 ] && [ "$(number refused)" = 200 ]
}
wait_for 20 settled || fail "not 100 bans and 200 refused: $(ctl -j status)"
only 100
# Further failures of the refused are no further requests for a minute.
crowd 20 >>"$LOG"
settle
sleep 1
[ "$(number refused)" = 200 ] || fail "refused is now $(number refused)"
only 100
said=$(grep -c "refused: the limit of 100 bans" "$T/daemon.log")
[ "$said" = 1 ] || fail "it is said $said times: $(cat "$T/daemon.log")"
[ "$(grep -c refused "$T/daemon.log")" = 1 ] || fail "$(cat "$T/daemon.log")"
refuse "a ban by hand beyond the limit" ctl ban 203.0.113.1
grep -q "refused: the limit of 100 bans" "$T/out" || fail "$(cat "$T/out")"
# With room for them, their next failure after that minute bans them; a reload
# (of a larger limit, say) does not wait for it.
check "flush" ctl flush
only 0
conf "limit bans 250"
check "reload" ctl reload
sleep 1 # lines of the very second of the release are older than it, perhaps
crowd 1 >>"$LOG"
two_hundred()
{
	[ "$(number bans)" = 200 ]
}
wait_for 20 two_hundred || fail "the refused have no turn: $(ctl -j status)"
only 200
stop
