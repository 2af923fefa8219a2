# Links that go down and come up, IPv6 switched off and on, and addresses,
# gateways and resolvers that are new.
. "$(dirname "$0")/lib.sh"
net_up
own_resolv_conf
sysctl_s()
{
	nsenter --net="/run/netns/$S" sysctl -qw "$1"
}
conf
start
for a in 198.51.100.40 203.0.113.41 2001:db8:bad:40::1; do
	failures 5 "$a" >>"$LOG"
done
ours()
{
	routed 198.51.100.40 && routed 203.0.113.41 && routed 2001:db8:bad:40::/64
}
wait_for 5 ours || fail "not banned"

# lo down takes all IPv6 ones; bans that come meanwhile have a route, too.
ip -n "$S" link set lo down
wait_for 2 ours || fail "lo down"
failures 5 2001:db8:bad:42::1 >>"$LOG"
banned 2001:db8:bad:42::/64
ip -n "$S" link set lo up
sleep 0.5
ours_42()
{
	ours && routed 2001:db8:bad:42::/64
}
wait_for 2 ours_42 || fail "lo up"

ip -n "$S" link set veth0 down
sleep 0.5
wait_for 2 ours || fail "interface down"
ip -n "$S" link set veth0 up
sleep 0.5
wait_for 2 ours || fail "interface up"

# IPv6 off: nothing is tried without end, and on again nothing is missing.
sysctl_s net.ipv6.conf.all.disable_ipv6=1
wait_for 2 ours || fail "IPv6 off"
before=$(wc -l <"$T/daemon.log")
sleep 3
[ "$(wc -l <"$T/daemon.log")" -le $((before + 3)) ] || fail "IPv6 off: the log fills"
failures 5 2001:db8:bad:43::1 >>"$LOG"
banned 2001:db8:bad:43::/64
sysctl_s net.ipv6.conf.all.disable_ipv6=0
sleep 0.5
all_there()
{
	ours && routed 2001:db8:bad:43::/64 &&
	    ctl -j status | tr -d ' \n' | grep -q '"unrouted":0,'
}
wait_for 2 all_there || fail "IPv6 on again: $(ctl status)"

# protected ADDRESS WHY: no ban of it, neither now nor from before.
protected()
{
	wait_for 2 not_routed "$1" || fail "$2: the ban stays"
	refuse "$2: it can be banned" ctl ban "$1"
	grep -q "$2" "$T/out" || fail "not $2: $(cat "$T/out")"
	grep -q "released $1.*: .* of this host" "$T/daemon.log" ||
	    fail "$2: no line tells"
}

# Own addresses: one more, of a network that is new, on a link that is new.
for a in 198.51.100.44 198.51.100.45 198.51.100.46 203.0.113.47 203.0.113.42; do
	failures 5 "$a" >>"$LOG"
	banned "$a"
done
failures 5 2001:db8:bad:44::44 >>"$LOG"
banned 2001:db8:bad:44::/64
ip -n "$S" addr add 198.51.100.44/32 dev veth0
protected 198.51.100.44 "an address of this host"
routed 198.51.100.45 || fail "a ban beside it was lifted"
ip -n "$S" addr add 2001:db8:bad:44::44/128 dev veth0
wait_for 2 not_routed 2001:db8:bad:44::/64 || fail "own IPv6 address: the ban stays"
refuse "own IPv6 address: can be banned" ctl ban 2001:db8:bad:44::/64
ip -n "$S" link add veth1 type veth peer name veth2
ip -n "$S" link set veth1 up
ip -n "$S" addr add 203.0.113.47/28 dev veth1
protected 203.0.113.47 "an address of this host"
wait_for 2 not_routed 203.0.113.41 || fail "the network: a ban in it stays"
protected 203.0.113.41 "a connected network of this host"
protected 203.0.113.42 "a connected network of this host"

# As when DHCP gives another network: the old one is protected no more.
ip -n "$S" addr flush dev veth1
check "the old address" ctl ban 203.0.113.47
ip -n "$S" addr add 203.0.113.200/26 dev veth1
refuse "the new network" ctl ban 203.0.113.201
check "the old network" ctl ban 203.0.113.41

# A gateway; the route to it first, as it is not in a network of ours.
check "before it is a gateway" ctl ban 198.51.100.46
ip -n "$S" route add default via 198.51.100.46 dev veth0 onlink
wait_for 3 not_routed 198.51.100.46 || fail "gateway: the ban stays"
protected 198.51.100.46 "a gateway of this host"

# A resolver, of which no kernel tells: before the next ban is judged.
failures 5 198.51.100.53 >>"$LOG"
banned 198.51.100.53
cat >"$T/resolv.conf" <<-X
	nameserver 198.51.100.53
	nameserver 198.51.100.54
X
failures 6 198.51.100.54 >>"$LOG"
failures 5 198.51.100.55 >>"$LOG"
banned 198.51.100.55
not_routed 198.51.100.54 || fail "the new resolver was banned"
protected 198.51.100.53 "a resolver of this host"
stop
