#!/bin/sh
# A host with FRR among two with BIRD: its smtpband's ban is dropped by them,
# theirs by it, and unbanned again; it takes no ban of a friend, and no more bans
# of a peer than the limit.
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
	sed -e 's/timers 10 30/&\n neighbor mail-host timers connect 1/' \
	    -e 's/maximum-prefix 20000/maximum-prefix 200/' \
	    "$RC/frr.conf" >"$F/frr.conf"
	chown -R frr:frr "$F"
	for daemon in zebra staticd bgpd; do
		in_ns "$S" "/usr/lib/frr/$daemon" -d -f "$F/frr.conf" \
		    -i "$F/$daemon.pid" -z "$F/zserv.api" --vty_socket "$F" \
		    --log "file:$F/$daemon.log" -P 0 >>"$F/start.log" 2>&1 ||
		    fail "no $daemon"
	done
}

# peers N: so many sessions are up.
peers()
{
	[ "$(vtysh --vty_socket "$F" -c 'show bgp summary json' 2>/dev/null |
	    grep -c '"state":"Established"')" = "$1" ]
}

fleet_up
conf 'whitelist { 198.51.100.9 }'
"$STAGE/bin/smtpbanctl" whitelist -b -f "$CONF" >"$T/friends.conf"
bird_up 11 12 14
bird_up 12 11 14
frr_up
wait_for 30 peers 2 || fail "FRR has no peers: $(vtysh --vty_socket "$F" \
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

# What is no ban does not leave the host; a ban that is newer does.
ip -n "$S" route add blackhole 198.51.100.128/25 proto 4
check "no ban by hand" ctl ban 198.51.100.79
wait_for 2 dropped 198.51.100.79 11 || fail "no ban on host 11"
vtysh --vty_socket "$F" -c 'show bgp ipv4 unicast' >"$T/out"
grep -q 198.51.100.79/32 "$T/out" || fail "FRR does not tell its bans"
! grep -q 198.51.100.128/25 "$T/out" || fail "a network is announced"

# Mad: of its session nothing stays, and the other one goes on.
awk 'BEGIN { for (i = 0; i < 255; i++)
	printf "route 203.0.113.%d/32 blackhole { %s; };\n", i,
	    "bgp_community.add(fleet_ban)" }' >"$T/mad4-11.conf"
birdc_on 11 configure | grep -q Reconfigured || fail "host 11 does not go mad"
wait_for 10 peers 1 || fail "no limit"
wait_for 2 not_dropped 203.0.113.7 14 || fail "the mad one's bans stay"
ip -n "smtpban-$$-12" route add blackhole 198.51.100.78 proto 83
wait_for 2 dropped 198.51.100.78 14 || fail "the mad one stopped the others"
stop
