# Ours come back when others take them, and others' are never touched.
. "$(dirname "$0")/lib.sh"
net_up
conf
start
ip -n "$S" route add blackhole 198.51.100.50 proto static
ip -n "$S" route add blackhole 198.51.100.51 proto static
for i in 52 53 54; do failures 5 "198.51.100.$i" >>"$LOG"; done
failures 5 2001:db8:bad:52::1 >>"$LOG"
failures 5 198.51.100.51 >>"$LOG"
banned 198.51.100.54
banned 2001:db8:bad:52::/64
wait_for 5 grep -q "somebody else's route" "$T/daemon.log" ||
    fail "the foreign route is not named"

ip -n "$S" route flush proto 83
ip -n "$S" -6 route flush proto 83
wait_for 1 routed 198.51.100.52 || fail "IPv4 routes are not put back in a second"
wait_for 1 routed 2001:db8:bad:52::/64 || fail "IPv6 routes neither"
ip -n "$S" link set lo down
ip -n "$S" link set lo up
wait_for 2 routed 2001:db8:bad:52::/64 || fail "lo down took the IPv6 routes"

ip -n "$S" -6 route add blackhole 2001:db8:bad:51::/64 proto static

# A route of ours that no ban asks for goes at the next reload.
ip -n "$S" route add blackhole 198.51.100.59 proto 83
check reload ctl reload
check "a stale route stays" not_routed 198.51.100.59

check flush ctl flush
[ -z "$(ip -n "$S" route show proto 83)$(ip -n "$S" -6 route show proto 83)" ] ||
    fail "flush leaves routes of ours"
ip -n "$S" route show 198.51.100.50 | grep -q static || fail "flush took another's"
ip -n "$S" route show 198.51.100.51 | grep -q static || fail "flush took another's"
ip -n "$S" -6 route show 2001:db8:bad:51::/64 | grep -q static || fail "nor IPv6"
[ "$(ctl -j bans | tr -d ' \n')" = "[]" ] || fail "bans after flush"
stop
