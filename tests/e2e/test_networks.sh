# Hosts that take turns: their network is banned, but none with a friend in it.
. "$(dirname "$0")/lib.sh"
net_up
# The routes to the clients must not be those that a ban would set.
ip -n "$S" route add 198.51.0.0/16 via 192.0.2.1
ip -n "$S" route add 203.0.0.0/16 via 192.0.2.1
ip -n "$S" -6 route add 2001:db8:ba0::/44 via 2001:db8:25::1
ip -n "$S" route del 198.51.100.0/24
ip -n "$S" route del 203.0.113.0/24
ip -n "$S" -6 route del 2001:db8:bad::/48

# By banned hosts; those of before a reload as well.
login_line 203.0.113.200 alice 60 >"$LOG"
conf
start
for host in 1 2; do failures 5 198.51.100.$host; done >>"$LOG"
banned 198.51.100.2
conf "network inet 24 after 3 hosts" "network inet6 48 after 3 hosts"
check "reload" ctl reload
for host in 1 2 3 4; do failures 5 203.0.113.$host; done >>"$LOG"
banned 203.0.113.4
settle
check "the network of two is banned" not_routed 198.51.100.0/24
check "a known client's network is banned" not_routed 203.0.113.0/24
failures 5 198.51.100.3 >>"$LOG"
banned 198.51.100.0/24
for net in 1 2 3; do failures 5 "2001:db8:bad:$net::1"; done >>"$LOG"
banned 2001:db8:bad::/48
ctl check 198.51.100.77 >"$T/check" || fail "not banned: $(cat "$T/check")"
grep -q "by *198.51.100.0/24" "$T/check" || fail "check: $(cat "$T/check")"

# One host of it that is let in is in, and its neighbours stay out.
check "unban of a host" ctl unban 2001:db8:bad:2::1
wait_for 5 not_routed 2001:db8:bad::/48 || fail "the network is still banned"
check "the host is still banned" not_routed 2001:db8:bad:2::/64
check "its neighbour is not banned" routed 2001:db8:bad:1::/64
failures 5 "2001:db8:bad:4::1" >>"$LOG"
banned 2001:db8:bad:4::/64

# A restart does not forget who is known before it looks at the networks.
stop
start
settle
check "the network is not banned any more" routed 198.51.100.0/24
check "a known client's network is banned" not_routed 203.0.113.0/24

# Its end does not lead to the next ban of the same.
check "unban" ctl unban 198.51.100.0/24
wait_for 5 not_routed 198.51.100.0/24 || fail "still banned"
stop
start
settle
check "banned again for the same hosts" not_routed 198.51.100.0/24
check "flush" ctl flush

# By failures of changing hosts, on none of which they are enough.
conf "threshold network 8 within 1d" "whitelist { 203.0.113.7 }"
check "reload" ctl reload
for host in 11 12 13 14 15 16 17 18; do
	failures 1 198.51.100.$host
	failures 1 203.0.113.$host
done >>"$LOG"
banned 198.51.100.0/24
settle
check "a whitelisted host's network is banned" not_routed 203.0.113.0/24
for net in 1 2 3 4 5 6 7 8; do failures 1 "2001:db8:bad:a$net::1"; done >>"$LOG"
banned 2001:db8:bad::/48
stop
