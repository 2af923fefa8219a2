#!/bin/sh
# Three mail hosts with BIRD 2 and the sample configuration: what smtpband bans
# on one is dropped by all, until it is unbanned; no peer bans a friend, and one
# that goes mad is stopped by the limit.
set -u
# shellcheck source=tests/fleet/lib.sh
. "$(dirname "$0")/lib.sh"

fleet_up
conf 'whitelist { 198.51.100.9, 2001:db8:bad:9::/64 }'
"$STAGE/bin/smtpbanctl" whitelist -b -f "$CONF" >"$T/friends.conf" ||
    fail "no whitelist for BIRD"
bird_up 11 12 13
bird_up 12 11 13
bird_up 13 11 12
for host in $HOSTS; do
	wait_for 30 established "$host" || fail "host $host has no peers"
done
start

# One host's log, everybody's ban: within two seconds.
failures 5 198.51.100.7 >>"$LOG"
failures 5 2001:db8:bad:7::1 >>"$LOG"
banned 198.51.100.7
banned 2001:db8:bad:7::/64
for host in 12 13; do
	wait_for 2 dropped 198.51.100.7 "$host" || fail "no ban on host $host"
	wait_for 2 dropped 2001:db8:bad:7::/64 "$host" ||
	    fail "no ban of IPv6 on host $host"
done
for host in $HOSTS; do
	refuse "host $host answers the attacker" reach 198.51.100.7 "$host"
	refuse "host $host answers it by IPv6" reach 2001:db8:bad:7::1 "$host"
	check "host $host is deaf" reach 198.51.100.8 "$host"
done

# What the others' smtpbanctl would say: a blackhole that BIRD keeps.
ip -n "smtpban-$$-12" route show 198.51.100.7 | grep -q 'proto bird' ||
    fail "the peer's blackhole is not BIRD's"

# The unban goes where the ban went.
check "no unban" ctl unban 198.51.100.7
check "no unban of IPv6" ctl unban 2001:db8:bad:7::/64
for host in $HOSTS; do
	wait_for 2 not_dropped 198.51.100.7 "$host" ||
	    fail "host $host keeps the ban"
	check "host $host is deaf" reach 198.51.100.7 "$host"
	wait_for 2 reach 2001:db8:bad:7::1 "$host" ||
	    fail "host $host keeps the ban of IPv6"
done

# Two hosts ban the same client, as many do: it is let in when both have ended.
own="blackhole 198.51.100.71 proto 83"
announced()
{
	[ "$(birdc_on 13 show route table bans4 for 198.51.100.71 |
	    grep -c '\[mx[23] .*(100)')" = "$1" ]
}
# shellcheck disable=SC2086
ip -n "smtpban-$$-12" route add $own
check "no ban by hand" ctl ban 198.51.100.71
wait_for 5 announced 2 || fail "one of two bans is not announced: $(
    birdc_on 13 show route table bans4)"
check "no unban of the first" ctl unban 198.51.100.71
wait_for 5 announced 1 || fail "an unban takes two bans"
for host in $HOSTS; do
	wait_for 2 dropped 198.51.100.71 "$host" ||
	    fail "host $host does not hold the second ban"
done
# shellcheck disable=SC2086
ip -n "smtpban-$$-12" route del $own
for host in $HOSTS; do
	wait_for 2 not_dropped 198.51.100.71 "$host" ||
	    fail "host $host keeps the second ban"
done

# Another's blackhole stays on its host.  Who becomes a friend is let in.
ip -n "$S" route add blackhole 198.51.100.73 proto 4
check "no ban by hand" ctl ban 198.51.100.72
wait_for 2 dropped 198.51.100.72 12 || fail "no ban on host 12"
refuse "what is no ban is announced" dropped 198.51.100.73 12
conf 'whitelist { 198.51.100.9, 198.51.100.72, 2001:db8:bad:9::/64 }'
"$STAGE/bin/smtpbanctl" whitelist -b -f "$CONF" >"$T/friends.conf"
birdc_on 12 configure | grep -q Reconfigured || fail "no new list"
wait_for 2 reach 198.51.100.72 12 || fail "host 12 drops a new friend"
dropped 198.51.100.72 13 || fail "host 13 has no ban"
check "no unban" ctl unban 198.51.100.72

# Mad: it bans friends, the fleet itself, networks, everybody.
MARK='{ bgp_community.add(fleet_ban); }'
for net in 198.51.100.9/32 198.51.100.10/32 192.0.2.11/32 198.51.100.0/24 \
    203.0.113.0/24 0.0.0.0/0; do
	echo "route $net blackhole $MARK;"
done >"$T/mad4-13.conf"
{
	echo "route 2001:db8:bad:9::/64 blackhole $MARK;"
	awk -v mark="$MARK" 'BEGIN { for (i = 0; i < 100000; i++)
		printf "route 2001:db8:%x:%x::/64 blackhole %s;\n",
		    4096 + int(i / 1000), i % 1000, mark }'
} >"$T/mad6-13.conf"
birdc_on 13 configure | grep -q Reconfigured || fail "host 13 does not go mad"
wait_for 10 dropped 198.51.100.10 11 || fail "a peer is not heard"
check_says_bird()
{
	ctl check 198.51.100.10 >"$T/out"
	[ $? = 1 ] && grep -qi bird "$T/out"
}
check_says_bird || fail "check does not name the peer's: $(cat "$T/out")"
limited()
{
	birdc_on 11 show protocols all mx3 | grep -q 'Import limit:.*20000' &&
	    [ "$(birdc_on 11 show route table bans6 count |
		sed -n 's/^\([0-9]*\) of.*/\1/p' | head -1)" = 20000 ]
}
wait_for 20 limited || fail "no limit: $(birdc_on 11 show protocols all mx3)"
for host in 11 12; do
	refuse "a friend is banned on host $host" dropped 198.51.100.9 "$host"
	refuse "a friend of IPv6 is" dropped 2001:db8:bad:9::/64 "$host"
	refuse "a network is" dropped 198.51.100.0/24 "$host"
	refuse "one without friends is" dropped 203.0.113.0/24 "$host"
	refuse "all are" dropped default "$host"
	refuse "the fleet is" dropped 192.0.2.11 "$host"
	check "a friend is not let in" reach 198.51.100.9 "$host"
	n=$(ip -n "smtpban-$$-$host" -6 route show proto bird | wc -l)
	[ "$n" -le 20000 ] || fail "$n routes of the mad one on host $host"
done

# smtpband bans as before.
failures 5 198.51.100.70 >>"$LOG"
banned 198.51.100.70
wait_for 2 dropped 198.51.100.70 12 || fail "the mad one stopped the others"
stop
