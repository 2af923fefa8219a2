#!/bin/sh
# A host with FRR among two with BIRD: its smtpband's ban is dropped by them,
# theirs by it, and unbanned again; it takes no ban of a friend.
set -u
# shellcheck source=tests/fleet/lib.sh
. "$(dirname "$0")/lib.sh"
HOSTS="14 11 12"
S=smtpban-$$-14
F=$T/frr

# frr_up: zebra, staticd and bgpd of host 14, with all their files in one folder.
frr_up()
{
	chmod 755 "$T"
	mkdir "$F"
	sed 's/timers 10 30/timers 10 30\n neighbor mail-host timers connect 1/' \
	    "$RC/frr.conf" >"$F/frr.conf"
	chown -R frr:frr "$F"
	for daemon in zebra staticd bgpd; do
		in_ns "$S" "/usr/lib/frr/$daemon" -d -f "$F/frr.conf" \
		    -i "$F/$daemon.pid" -z "$F/zserv.api" --vty_socket "$F" \
		    --log "file:$F/$daemon.log" -P 0 >>"$F/start.log" 2>&1 ||
		    fail "no $daemon"
	done
}

peers()
{
	[ "$(vtysh --vty_socket "$F" -c 'show bgp summary json' 2>/dev/null |
	    grep -c '"state":"Established"')" = 2 ]
}

fleet_up
conf 'whitelist { 198.51.100.9 }'
"$STAGE/bin/smtpbanctl" whitelist -b -f "$CONF" >"$T/friends.conf"
bird_up 11 12 14
bird_up 12 11 14
frr_up
wait_for 30 peers || fail "FRR has no peers: $(vtysh --vty_socket "$F" \
    -c 'show bgp summary')"
start

failures 5 198.51.100.7 >>"$LOG"
banned 198.51.100.7
for host in 11 12; do
	wait_for 2 dropped 198.51.100.7 "$host" || fail "no ban on host $host"
	refuse "host $host answers the attacker" reach 198.51.100.7 "$host"
	check "host $host is deaf" reach 198.51.100.8 "$host"
done
check "no unban" ctl unban 198.51.100.7
for host in 11 12; do
	wait_for 2 reach 198.51.100.7 "$host" ||
	    fail "host $host keeps the ban"
done

# The other way round: BIRD announces what a smtpband beside it would set.
for addr in 198.51.100.77 198.51.100.9; do
	ip -n "smtpban-$$-11" route add blackhole "$addr" proto 83
done
wait_for 2 dropped 198.51.100.77 14 || fail "FRR does not drop a peer's ban"
refuse "host 14 answers the attacker" reach 198.51.100.77 14
refuse "FRR drops a friend" dropped 198.51.100.9 14
ip -n "smtpban-$$-11" route del blackhole 198.51.100.77 proto 83
wait_for 2 reach 198.51.100.77 14 || fail "FRR keeps the ban"

# What is no ban does not leave the host.
ip -n "$S" route add blackhole 198.51.100.128/25 proto 4
sleep 0.3
refuse "a network is announced" dropped 198.51.100.128/25 11
stop
