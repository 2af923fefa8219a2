# A small world in network namespaces: a mail server, and everybody else.
# Sourced by the demonstration and by the end-to-end tests.
# shellcheck shell=sh

# net_world SERVER WORLD: makes both namespaces.  The server has 192.0.2.25 and
# 2001:db8:25::25; the world has 198.51.100.0/24, 203.0.113.0/24 and
# 2001:db8:bad::/48, behind the gateway 192.0.2.1, as a real server's clients
# are (those of a connected network are never banned).
net_world()
{
	ip netns add "$1" && ip netns add "$2" &&
	    ip link add veth0 netns "$1" type veth peer name veth0 netns "$2" ||
	    return
	for ns in "$1" "$2"; do
		# No duplicate address detection: the network is quiet at once.
		nsenter --net="/run/netns/$ns" sh -c '
			for key in all default veth0; do
				echo 0 >/proc/sys/net/ipv6/conf/$key/accept_dad
			done
			echo 0 >/proc/sys/net/ipv6/conf/veth0/router_solicitations
			echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind'
		ip -n "$ns" link set lo up
		ip -n "$ns" link set veth0 up
	done
	ip -n "$1" addr add 192.0.2.25/25 dev veth0
	ip -n "$1" addr add 2001:db8:25::25/64 dev veth0 nodad
	ip -n "$2" addr add 192.0.2.1/25 dev veth0
	ip -n "$2" addr add 2001:db8:25::1/64 dev veth0 nodad
	for net in 198.51.100.0/24 203.0.113.0/24; do
		ip -n "$2" route add local "$net" dev lo
		ip -n "$1" route add "$net" via 192.0.2.1
	done
	ip -n "$2" -6 route add local 2001:db8:bad::/48 dev lo
	ip -n "$1" -6 route add 2001:db8:bad::/48 via 2001:db8:25::1
}
