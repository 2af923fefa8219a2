# More changes of others than the monitor can hold: what was lost among them is
# found by looking at everything.
. "$(dirname "$0")/lib.sh"
net_up
conf
start
for a in 198.51.100.60 198.51.100.61 2001:db8:bad:60::1; do
	failures 5 "$a" >>"$LOG"
done
banned 2001:db8:bad:60::/64

# While it does not run: routes by the hundred thousand, and among them one of
# ours that goes, one that another takes the place of, and an own address.
awk 'BEGIN { for (i = 0; i < 200000; i++)
	printf "route add unreachable 10.%d.%d.%d proto static table 77\n",
	    i / 65536, i / 256 % 256, i % 256 }' >"$T/batch"
kill -STOP "$DAEMON"
split -n l/2 "$T/batch" "$T/half."
ip -n "$S" -batch "$T/half.aa" || fail "ip -batch"
ip -n "$S" route del blackhole 198.51.100.60 proto 83
ip -n "$S" -6 route flush proto 83
ip -n "$S" addr add 198.51.100.61/32 dev veth0
ip -n "$S" -batch "$T/half.ab" || fail "ip -batch"
kill -CONT "$DAEMON"
wait_for 3 routed 198.51.100.60 || fail "a lost deletion is not healed"
wait_for 3 routed 2001:db8:bad:60::/64 || fail "nor IPv6"
wait_for 3 not_routed 198.51.100.61 || fail "an own address is not seen"

# While it runs: it keeps up, or is told that it did not, and goes on.
sed 's/table 77/table 78/' "$T/batch" >"$T/batch.78"
ip -n "$S" -batch "$T/batch.78" &
flood=$!
round=0
while kill -0 "$flood" 2>/dev/null; do
	round=$((round + 1))
	ip -n "$S" route del blackhole 198.51.100.60 proto 83 2>/dev/null
	failures 5 "203.0.113.$((round % 250 + 1))" >>"$LOG"
	sleep 0.2
done
wait "$flood" || fail "ip -batch"
wait_for 3 routed 198.51.100.60 || fail "not healed during the flood"
banned "203.0.113.$((round % 250 + 1))"
ip -n "$S" route flush table 77 &
wait_for 10 ctl status || fail "it does not answer during a flush"
wait $!
ip -n "$S" route del blackhole 198.51.100.60 proto 83
wait_for 3 routed 198.51.100.60 || fail "not healed after the flush"
[ "$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$DAEMON/status")" -lt \
	"${SANITIZED:+10}50000" ] || fail "it has grown: $(grep VmRSS "/proc/$DAEMON/status")"
# And it is quiet when all is over.
ticks()
{
	awk '{ print $14 + $15 }' "/proc/$DAEMON/stat"
}
is_idle()
{
	before=$(ticks)
	sleep 1
	[ $(($(ticks) - before)) -le 5 ]
}
wait_for 1 is_idle || fail "busy after the flood"
ctl status | grep -q '^healed' || fail "status"
stop
