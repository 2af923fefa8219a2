# A real systemd-networkd, which by default takes away all routes and rules that
# are not its own whenever it configures a link: ours are back at once.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/boot.sh
. "$(dirname "$0")/boot.sh"
trap 'status=$?; boot_down; (exit $status); cleanup' EXIT

# witness: what another program has, by which we see that networkd was there.
witness()
{
	inside ip route add blackhole 203.0.113.99 proto 77
	inside ip -6 route add blackhole 2001:db8:99::/64 proto 77
}
witness_rule()
{
	inside ip rule add pref 900 lookup 77 protocol 77
}
# gone: it took them away.
gone()
{
	[ -z "$(inside ip route show proto 77)" ] &&
	    [ -z "$(inside ip -6 route show proto 77)" ] &&
	    ! inside ip rule show | grep -q '^900:'
}
ours()
{
	inside ip route show table "${1:-main}" proto 83 |
	    grep -q '^blackhole 198.51.100.7 *' &&
	    inside ip -6 route show table "${1:-main}" proto 83 |
		grep -q '^blackhole 2001:db8:bad::/64 '
}
rules()
{
	[ "$({ inside ip rule show; inside ip -6 rule show; } |
	    grep -c '^983:.*lookup 1083 ')" = 2 ]
}
# told TEXT: in the journal of the service.
told()
{
	inside journalctl -u smtpban | grep -q "$1"
}
hinted()
{
	inside smtpbanctl status | grep -q '^hint *systemd-networkd'
}
# It names the option for routes, or that for rules.
named()
{
	inside smtpbanctl -j status | grep -q "$1=no in networkd.conf(5)"
}

boot_up "$(dirname "$STAGE")"
hinted && fail "a hint at what does not run"
check "ban" inside smtpbanctl ban 198.51.100.7
check "ban" inside smtpbanctl ban 2001:db8:bad::/64
check "ban" inside smtpbanctl ban 192.0.2.77
networkd_up
hinted || fail "no hint: $(inside smtpbanctl status)"
named ManageForeignRoutes || fail "no option for routes"
named ManageForeignRoutingPolicyRules && fail "a hint at rules, without ours"
wait_for 2 ours || fail "the first link took our routes"
# Its address is the host's now, and what was banned in its network is not.
inside ip route show 192.0.2.77 | grep -q . && fail "a ban in the new network"
wait_for 5 told 'released 192.0.2.77: a connected' ||
    fail "no line tells of the new network"

for what in "networkctl reconfigure eth0" "systemctl restart systemd-networkd"; do
	witness
	# shellcheck disable=SC2086
	check "$what" inside $what
	wait_for 10 configured eth0 || fail "$what: not configured"
	case $what in
	networkctl*) wait_for 5 gone || fail "$what: it leaves foreign routes" ;;
	esac
	wait_for 2 ours || fail "$what: our routes are not back"
	inside ip route flush proto 77
	inside ip -6 route flush proto 77
done

# A link that comes, goes down and up, and goes.
networkd_link eth1 192.0.2.200/26
witness
inside networkctl reload
inside ip link add eth1 type veth peer name peer1
inside ip link set peer1 up
wait_for 10 configured eth1 || fail "eth1: not configured"
wait_for 5 gone || fail "a new link: it leaves foreign routes"
wait_for 2 ours || fail "a new link: our routes are not back"
inside ip link set eth1 down
inside ip link set eth1 up
inside ip link del eth1
sleep 1
wait_for 2 ours || fail "a link that goes takes our routes"

# With rules of our own.
inside sh -c 'echo "route table 1083" >/etc/smtpban.conf'
check reload inside smtpbanctl reload
in_table()
{
	ours 1083 && rules
}
wait_for 2 in_table || fail "not in their table"
named ManageForeignRoutingPolicyRules || fail "no hint at our rules"
for _ in 1 2 3; do
	witness
	witness_rule
	check reconfigure inside networkctl reconfigure eth0
	wait_for 5 gone || fail "it leaves foreign rules"
	wait_for 2 rules || fail "our rules are not back: $(inside ip rule show)"
	wait_for 2 ours 1083 || fail "our routes are not back in their table"
done
inside smtpbanctl -j status | tr -d ' \n' | grep -q '"healed":[1-9]' ||
    fail "status does not count them"
inside smtpbanctl -j status | tr -d ' \n' | grep -q '"unrouted":[1-9]' &&
    fail "status tells of missing routes"

# Another network for the link, as from DHCP: a ban of a neighbour ends.
networkd_link eth0 198.51.100.25/25
inside networkctl reload
wait_for 10 sh -c "nsenter -t $INIT -n ip route show table 1083 198.51.100.7 |
	grep -q . && exit 1; exit 0" || fail "a ban in the new network stays"
wait_for 5 told 'released 198.51.100.7: a connected' ||
    fail "no line tells why"

# Told by the sample to leave them, it does; and the hints go.
inside mkdir -p /etc/systemd/networkd.conf.d
inside cp /usr/share/doc/smtpban/examples/networkd.conf \
    /etc/systemd/networkd.conf.d/smtpban.conf
check restart inside systemctl restart systemd-networkd
wait_for 10 configured eth0 || fail "not configured"
hinted && fail "the hint stays"
witness
witness_rule
check reconfigure inside networkctl reconfigure eth0
sleep 1
gone && fail "it does not leave them"

# Without netlink: one line, and no more.
inside mkdir -p /run/systemd/system/smtpban.service.d
inside sh -c 'printf "[Service]\nRestrictAddressFamilies=\nRestrictAddressFamilies=AF_UNIX\nRestart=no\n" \
    >/run/systemd/system/smtpban.service.d/unix.conf'
inside systemctl daemon-reload
refuse "it runs without netlink" inside systemctl restart smtpban
wait_for 5 told 'smtpband.*: netlink: .*Address family not supported' ||
    fail "no line about netlink: $(inside journalctl -u smtpban -n 20)"
