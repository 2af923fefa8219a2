# A fleet: mail hosts 192.0.2.11, .12 and .13 on one bridge, and behind the
# gateway 192.0.2.1 the clients.  Sourced by each test.
# shellcheck shell=sh

# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"

RC=$(dirname "$0")/../../rc/fleet
HOSTS="11 12 13"
S=smtpban-$$-11
C=smtpban-$$-c
PIDS=

# What the test started, by its number; then its namespaces.
cleanup()
{
	status=$?
	trap - EXIT INT TERM
	if [ "$status" -ne 0 ]; then
		tail -n 15 "$T"/*.log "$T"/*/*.log 2>/dev/null | sed 's/^/    /'
	fi
	kill_daemon
	for pid in $PIDS $(cat "$T"/*.pid "$T"/*/*.pid 2>/dev/null); do
		kill -9 "$pid" 2>/dev/null
	done
	for ns in "$C" $(for host in $HOSTS; do echo "smtpban-$$-$host"; done); do
		ip netns del "$ns" 2>/dev/null
	done
	rm -rf "$T"
	exit "$status"
}

# host_up HOST: its namespace, its place on the bridge, a server on port 25.
host_up()
{
	ns=smtpban-$$-$1
	ip netns add "$ns" &&
	    ip link add "mx$1" netns "$C" type veth peer name veth0 \
		netns "$ns" || fail "no namespace for host $1"
	ip -n "$C" link set "mx$1" master bridge0 up
	ip -n "$ns" link set lo up
	ip -n "$ns" link set veth0 up
	ip -n "$ns" addr add "192.0.2.$1/24" dev veth0
	ip -n "$ns" addr add "2001:db8:25::$1/64" dev veth0 nodad
	ip -n "$ns" route add default via 192.0.2.1
	ip -n "$ns" -6 route add default via 2001:db8:25::1
	nsenter --net="/run/netns/$ns" "$TCP" listen 25 &
	PIDS="$PIDS $!"
}

fleet_up()
{
	ip netns add "$C" && ip -n "$C" link add bridge0 type bridge ||
	    fail "no namespaces"
	ip -n "$C" link set lo up
	ip -n "$C" link set bridge0 up
	ip -n "$C" addr add 192.0.2.1/24 dev bridge0
	ip -n "$C" addr add 2001:db8:25::1/64 dev bridge0 nodad
	ip -n "$C" route add local 198.51.100.0/24 dev lo
	ip -n "$C" -6 route add local 2001:db8:bad::/48 dev lo
	in_ns "$C" sh -c 'echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind'
	for host in $HOSTS; do host_up "$host"; done
	for host in $HOSTS; do
		wait_for 5 reach 198.51.100.250 "$host" ||
		    fail "host $host does not answer"
	done
}

# reach SOURCE HOST: a TCP connection from that client is greeted.
reach()
{
	case $1 in
	*:*) to=2001:db8:25::$2 ;;
	*) to=192.0.2.$2 ;;
	esac
	in_ns "$C" "$TCP" connect "$1" "$to" 25 500
}

# dropped ADDRESS HOST: the host has a blackhole for it.
dropped()
{
	case $1 in
	*:*) ip -n "smtpban-$$-$2" -6 route show "$1" ;;
	*) ip -n "smtpban-$$-$2" route show "$1" ;;
	esac | grep -q "^blackhole $1"
}
not_dropped()
{
	! dropped "$1" "$2"
}

# bird_conf HOST PEER PEER: the sample, for this host.
bird_conf()
{
	sed -e "s/192\\.0\\.2\\.11;/192.0.2.SELF;/" \
	    -e "s/neighbor 192\\.0\\.2\\.12/neighbor 192.0.2.$2/" \
	    -e "s/neighbor 192\\.0\\.2\\.13/neighbor 192.0.2.$3/" \
	    -e "s/192\\.0\\.2\\.SELF/192.0.2.$1/" \
	    -e "s,/etc/bird/smtpban-friends.conf,$T/friends.conf," \
	    "$RC/bird.conf"
	echo "protocol static mad6 { ipv6 { table bans6; import all; };"
	echo "	include \"$T/mad6-$1.conf\"; }"
	echo "protocol static mad4 { ipv4 { table bans4; import all; };"
	echo "	include \"$T/mad4-$1.conf\"; }"
}

# bird_up HOST PEER PEER: it connects sooner than real hosts do, and announces
# what it invents.
bird_up()
{
	: >>"$T/mad4-$1.conf"
	: >>"$T/mad6-$1.conf"
	bird_conf "$@" | sed \
	    -e 's/hold time 30;/& connect delay time 1; error wait time 1, 2;/' \
	    -e 's/export where source = RTS_INHERIT;/export where source ~ [ RTS_INHERIT, RTS_STATIC ];/' \
	    >"$T/bird-$1.conf"
	in_ns "smtpban-$$-$1" bird -p -c "$T/bird-$1.conf" ||
	    fail "BIRD does not take the sample"
	in_ns "smtpban-$$-$1" bird -c "$T/bird-$1.conf" -s "$T/bird-$1.ctl" \
	    -P "$T/bird-$1.pid" -D "$T/bird-$1.log" ||
	    fail "BIRD does not start on host $1"
}

# birdc_on HOST COMMAND...
birdc_on()
{
	ctl_socket=$T/bird-$1.ctl
	shift
	birdc -s "$ctl_socket" "$@"
}

# established HOST: with both its peers.
established()
{
	[ "$(birdc_on "$1" show protocols | grep -c Established)" = 2 ]
}
