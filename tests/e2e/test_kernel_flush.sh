# Whole tables and all rules flushed by another program: ours come back, and
# nothing that was not ours.
. "$(dirname "$0")/lib.sh"
net_up

everything()
{
	shown route show table all | grep -v '^\(broadcast\|local\)'
	ip -n "$S" -6 route show table all | grep -v '^\(multicast\|local\|anycast\)'
}
others()
{
	everything | grep -v 'proto 83\|^blackhole 2001'
}

# ours TABLE: all four routes are there, in this table.
ours()
{
	[ "$(shown route show table "$1" proto 83 | wc -l)" = 2 ] &&
	    [ "$(ip -n "$S" -6 route show table "$1" proto 83 | wc -l)" = 2 ]
}

# rules TABLE: so many rules look it up, of both families.
rules()
{
	{ ip -n "$S" rule show; ip -n "$S" -6 rule show; } |
	    grep -c "^983:.*lookup $1 "
}
rules_are()
{
	[ "$(rules 1083)" = "$1" ]
}

ban_four()
{
	for a in 198.51.100.30 203.0.113.31 2001:db8:bad:30::1 2001:db8:bad:31::1; do
		failures 5 "$a"
	done >>"$LOG"
}

conf
start
ban_four
wait_for 5 ours main || fail "not banned"
for how in "table main proto 83" "proto 83" "table all type blackhole"; do
	# shellcheck disable=SC2086
	ip -n "$S" route flush $how
	# shellcheck disable=SC2086
	ip -n "$S" -6 route flush $how
	wait_for 2 ours main || fail "flush $how: $(everything)"
done
# The whole table: what others had is theirs to put back.
ip -n "$S" route flush table main
ip -n "$S" -6 route flush table main
wait_for 2 ours main || fail "flush of table main: $(everything)"
[ -z "$(others | grep -v 'fe80\|ff00')" ] || fail "not ours: $(others)"
ip -n "$S" route flush table all
ip -n "$S" -6 route flush table all
wait_for 2 ours main || fail "flush of all tables: $(everything)"
# One of them, many times: each comes back, and none twice.
for _ in 1 2 3 4 5 6 7 8; do
	ip -n "$S" route del blackhole 198.51.100.30 2>/dev/null
	sleep 0.1
done
wait_for 3 ours main || fail "one route: $(everything)"
# As root another may end the rules that every host has; ours are not needed.
ip -n "$S" rule flush
ip -n "$S" -6 rule flush
sleep 1
[ "$({ ip -n "$S" rule show; ip -n "$S" -6 rule show; } | wc -l)" = 2 ] ||
    fail "rules that nobody asked for: $(ip -n "$S" rule show)"
ctl -j status | tr -d ' \n' | grep -q '"healed":[1-9]' || fail "not counted"
stop
ip -n "$S" rule add pref 32766 lookup main
ip -n "$S" -6 rule add pref 32766 lookup main

# In a table of our own, with the rules that lead there.
conf "route table 1083"
start
wait_for 5 ours 1083 || fail "not in their table: $(everything)"
rules_are 2 || fail "rules: $(ip -n "$S" rule show)"
sleep 1 # what it heard of its own start has been looked into
ip -n "$S" rule flush
ip -n "$S" -6 rule flush
wait_for 2 rules_are 2 || fail "rules are not put back: $(ip -n "$S" rule show)"
[ "$(ip -n "$S" rule show | wc -l)" = 2 ] ||
    fail "rules that are not ours: $(ip -n "$S" rule show)"
ip -n "$S" rule add pref 32766 lookup main
ip -n "$S" -6 rule add pref 32766 lookup main
ip -n "$S" route flush table 1083
ip -n "$S" -6 route flush table 1083
wait_for 2 ours 1083 || fail "flush of our table: $(everything)"
for _ in 1 2 3 4 5; do
	ip -n "$S" rule del pref 983
	ip -n "$S" -6 rule del pref 983
	ip -n "$S" route flush table all
	ip -n "$S" -6 route flush table all
	wait_for 3 rules_are 2 || fail "all gone at once: no rules"
	wait_for 3 ours 1083 || fail "all gone at once: $(everything)"
done
# The same rule by another hand is another's.
ip -n "$S" rule add pref 983 lookup 1083 protocol static
sleep 0.5
ip -n "$S" rule del pref 983 lookup 1083 protocol static
sleep 0.5
wait_for 2 rules_are 2 || fail "rules: $(ip -n "$S" rule show)"
stop
