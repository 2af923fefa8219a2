#!/bin/sh
# More clients than the table of offenders holds: the longest idle go, who goes
# too far meanwhile is banned, and what was lost shows in "status".
. "$(dirname "$0")/lib.sh"
net_up
conf "limit offenders 1000"
start
number()
{
	ctl -j status | tr -d ' \n' | sed "s/.*\"$1\":\([0-9]*\).*/\1/"
}
# 5,000 with one failure each.  In between, 20 fail after every 800 of these,
# up to five times; another 20 after every 1,200, which is too seldom.
awk -v t="$(ago 0)" '
function failure(net, i) {
	printf "%s mx1 postfix/smtpd[%d]: warning: unknown[%s%x::1]: SASL LOGIN authentication failed: UGFzc3dvcmQ6\n", t, i, net, i
}
BEGIN {
	for (i = 0; i < 5000; i++) {
		failure("2001:db8:1:", i)
		if (i % 800 == 0)
			for (k = 0; k < 20; k++)
				failure("2001:db8:2:", k)
		if (i % 1200 == 0)
			for (k = 0; k < 20; k++)
				failure("2001:db8:3:", k)
	}
}' >"$T/burst"
cat "$T/burst" >>"$LOG"
settle
routes()
{
	[ "$(ip -n "$S" -6 route show proto 83 | grep -c "2001:db8:$1:")" = "$2" ]
}
wait_for 10 routes 2 20 || fail "not the 20 are banned: $(shown -6 route show proto 83)"
routes 3 0 && routes 1 0 || fail "others are banned"
# 5,000 and 20 and five times 20 entries were made.  The 20 that were banned
# are settled, and perhaps not all of their places taken again.
is_full()
{
	[ "$(number offenders)" -ge 980 ] && [ "$(number offenders)" -le 1000 ]
}
is_full || fail "$(number offenders) offenders"
lost=$(number offenders_lost)
echo "    $lost lost"
[ "$lost" -ge 4100 ] && [ "$lost" -le 4140 ] || fail "$lost lost"
ctl status | grep -i "offenders" | grep -q "$lost" ||
    fail "status does not show it: $(ctl status)"
# It costs no more memory, however many come.
parser=$(parser_pid)
before=$(awk '/^VmRSS/ { print $2 }' "/proc/$parser/status")
awk -v t="$(ago 0)" 'BEGIN {
	for (i = 0; i < 200000; i++)
		printf "%s mx1 postfix/smtpd[%d]: warning: unknown[2001:db8:%x:%x::1]: SASL LOGIN authentication failed: UGFzc3dvcmQ6\n", t, i, 4096 + i / 4096, i % 4096
}' >>"$LOG"
wait_for 60 quiet || fail "the log is not read"
is_full || fail "$(number offenders) offenders"
after=$(awk '/^VmRSS/ { print $2 }' "/proc/$parser/status")
echo "    the parser: $before KiB, then $after KiB"
[ -n "${SANITIZED:-}" ] || [ "$after" -lt $((before + 2048)) ] ||
    fail "memory: $before KiB, then $after KiB"
stop
