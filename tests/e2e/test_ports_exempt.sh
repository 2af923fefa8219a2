# A network is banned and a whitelisted host in it notices nothing, where bans
# have a table of their own; in the table main such a network is not banned.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/sessions.sh
. "$(dirname "$0")/sessions.sh"
# shellcheck source=tests/e2e/ports.sh
. "$(dirname "$0")/ports.sh"

FRIENDS="198.51.100.77, 198.51.100.128/28, 2001:db8:bad:1::25, 192.0.2.1"

# friends_are_free: and all others of their networks are cut.
friends_are_free()
{
	free 198.51.100.77 25
	free 198.51.100.130 25
	free 2001:db8:bad:1::25 25
	cut 198.51.100.76 25
	cut 198.51.100.144 25
	cut 2001:db8:bad:1::26 25
	counted bans 2 || fail "not two bans"
	counted exempt 4 || fail "not four exempt: $(ctl -j status)"
	[ "$(ctl -j bans | grep -c '"prefix"')" = 2 ] || fail "not two bans"
}

bans_networks()
{
	conf "route table 2525" "whitelist { $FRIENDS }" "$@"
	start
	exempt 198.51.100.77 || fail "not exempt before a ban"
	check "a network by hand" ctl ban 198.51.100.0/24
	check "a network by hand" ctl ban 2001:db8:bad:1::/64
	friends_are_free
	ctl status | grep -qx "exempt     4 whitelist entries, within banned networks too" ||
	    fail "status does not tell"
	ctl check 198.51.100.77 >"$T/out"
	[ $? = 1 ] || fail "a friend is told to be banned"
	grep -q "^198.51.100.77: not banned" "$T/out" || fail "check"
	check "who is banned" ctl check 198.51.100.76
}

# What the guard protects, no exemption makes weaker.
refuses()
{
	for prefix in 198.51.100.77 198.51.100.128/28 2001:db8:bad:1::25 \
	    192.0.2.0/24 192.0.2.1 2001:db8:25::/64; do
		refuse "$prefix is banned" ctl ban "$prefix"
	done
	grep -q "connected network\|gateway\|address of this host" "$T/out" ||
	    fail "another reason: $(cat "$T/out")"
}

sessions_stay()
{
	server port26 :: 26
	check flush ctl flush
	for client in 198.51.100.76 198.51.100.77 2001:db8:bad:1::25 \
	    2001:db8:bad:1::26; do
		hold $client 26
	done
	for client in ::ffff:198.51.100.76 ::ffff:198.51.100.77 \
	    2001:db8:bad:1::25 2001:db8:bad:1::26; do
		open port26 $client
	done
	check "a network by hand" ctl ban 198.51.100.0/24
	check "a network by hand" ctl ban 2001:db8:bad:1::/64
	ended port26 ::ffff:198.51.100.76
	ended port26 2001:db8:bad:1::26
	stays port26 ::ffff:198.51.100.77
	stays port26 2001:db8:bad:1::25
}

heals()
{
	before=$(ctl -j status | tr -d ' \n' | sed 's/.*"healed":\([0-9]*\).*/\1/')
	ip -n "$S" route del throw 198.51.100.77 table 2525
	ip -n "$S" -6 route del throw 2001:db8:bad:1::25 table 2525
	wait_for 2 exempt 198.51.100.77 || fail "not put back"
	wait_for 2 exempt 2001:db8:bad:1::25 || fail "not put back"
	wait_for 2 counted healed $((before + 2)) || fail "not counted"
	ip -n "$S" route flush table 2525
	ip -n "$S" -6 route flush table 2525
	banned_there 198.51.100.0/24
	banned_there 2001:db8:bad:1::/64
	friends_are_free
}

# One comes, one goes; and in the table main no network around one is banned.
follows_reloads()
{
	conf "route table 2525" "whitelist { 198.51.100.88 }"
	check reload ctl reload
	free 198.51.100.88 25
	cut 198.51.100.77 25
	cut 2001:db8:bad:1::25 25
	counted exempt 1 || fail "not one exempt"
	counted bans 2 || fail "not two bans"
	conf "whitelist { 198.51.100.88 }"
	check reload ctl reload
	free 198.51.100.76 25
	counted bans 1 || fail "the network is not released"
	counted exempt 0 || fail "exempt in main"
	refuse "a friend is still in the table" exempt 198.51.100.88
	refuse "the network is banned in main" ctl ban 198.51.100.0/24
	grep -q "whitelisted by 198.51.100.88" "$T/out" || fail "another reason"
	conf "route table 2525" "whitelist { 198.51.100.88 }" "route protocol 84"
	check reload ctl reload
	shown route show table 2525 | grep -q "^throw 198.51.100.88 proto 84" ||
	    fail "not of the new protocol"
	check "a network by hand" ctl ban 198.51.100.0/24
	free 198.51.100.88 25
	cut 198.51.100.77 25
	check unban ctl unban 198.51.100.0/24
	conf "route table 2525" "whitelist { $FRIENDS }"
	check reload ctl reload
}

# The networks of a policy, and the one that is counted for an IPv6 client.
fills_networks()
{
	check flush ctl flush
	conf "route table 2525" "whitelist { $FRIENDS }" \
	    "network inet 24 after 8 hosts"
	check reload ctl reload
	sleep 2 # bans from before the network's own ended do not fill it
	for i in 1 2 3 4 5 6 7 8; do failures 5 "198.51.100.$i"; done >>"$LOG"
	failures 9 2001:db8:bad:1::25 >>"$LOG"
	failures 9 198.51.100.130 >>"$LOG"
	banned_there 198.51.100.0/24
	settle
	refuse "a friend's failures are counted" in_table 2001:db8:bad:1::/64
	failures 5 2001:db8:bad:1::26 >>"$LOG"
	banned_there 2001:db8:bad:1::/64
	free 198.51.100.77 25
	free 2001:db8:bad:1::25 25
	cut 198.51.100.76 25
	cut 2001:db8:bad:1::26 25
}

# Without the ledger, routes tell of bans; of friends they do not.
restarts()
{
	check flush ctl flush
	check "a network by hand" ctl ban 198.51.100.0/24
	check "a network by hand" ctl ban 2001:db8:bad:1::/64
	stop
	free 198.51.100.77 25
	cut 198.51.100.76 25
	rm -f "$T"/bans.db*
	: >"$LOG"
	start
	friends_are_free
	counted remembered 0 || fail "a friend was banned"
	stop
	conf "route table 2525"
	start
	cut 198.51.100.77 25
	refuse "an exemption stays" exempt 198.51.100.77
	check flush ctl flush
	[ -z "$(shown route show table 2525; shown -6 route show table 2525)" ] ||
	    fail "a route stays"
	stop
}

net_up
background "$S" listen 25
wait_for 5 gets 198.51.100.76 25 || fail "no server"
rp_filter 0
bans_networks
refuses
heals
sessions_stay
follows_reloads
fills_networks
stop
rm -f "$T"/bans.db*
: >"$LOG"
rp_filter 2
bans_networks "route ports { 25 }"
friends_are_free
conf "route table 2525" "whitelist { $FRIENDS }"
check reload ctl reload
restarts
