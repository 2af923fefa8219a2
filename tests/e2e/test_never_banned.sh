# Whitelist, own address, gateway, resolver, loopback, private: neither by the
# log nor by hand.
. "$(dirname "$0")/lib.sh"
net_up
own_resolv_conf
conf "whitelist { 198.51.100.9, 203.0.113.128/25, 2001:db8:bad:99::1 }"
start
never="198.51.100.9 203.0.113.200 192.0.2.25 192.0.2.1 203.0.113.53
127.0.0.1 10.1.2.3 192.0.2.77 2001:db8:25::25 2001:db8:25::1 ::1 fe80::1
2001:db8:bad:99::1"
for a in $never; do failures 6 "$a"; done >>"$LOG"
# An ordinary client behind them shows that all were read.
failures 5 198.51.100.10 >>"$LOG"
banned 198.51.100.10
[ "$(ip -n "$S" route show proto 83)" = "blackhole 198.51.100.10 " ] ||
    fail "IPv4: $(ip -n "$S" route show proto 83)"
[ -z "$(ip -n "$S" -6 route show proto 83)" ] ||
    fail "IPv6: $(ip -n "$S" -6 route show proto 83)"
for a in $never 0.0.0.0/0 ::/0 203.0.113.0/24 192.0.2.0/24 224.0.0.1 \
	2001:db8::/32 2001:db8:bad:99::/64; do
	refuse "banned by hand: $a" ctl ban "$a"
	grep -q refused "$T/out" || fail "ban $a: $(cat "$T/out")"
done
ctl ban 192.0.2.1 2>&1 | grep -q gateway || fail "no reason is given"
refuse "host bits" ctl ban 198.51.100.1/24
stop
