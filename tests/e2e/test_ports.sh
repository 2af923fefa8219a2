# Bans that hold for the mail ports alone: an office with one infected machine
# keeps web and SSH, and gets our mail.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/sessions.sh
. "$(dirname "$0")/sessions.sh"
# shellcheck source=tests/e2e/ports.sh
. "$(dirname "$0")/ports.sh"

OFFICE4=198.51.100.1
OFFICE6=2001:db8:bad:1::1

ported()
{
	conf "route table 2525" "route ports { $* }"
}

# office_is_cut PORT...: from these, and from nothing else.
office_is_cut()
{
	for office in $OFFICE4 $OFFICE6; do
		for port in 22 25 80 465 587; do
			case " $* " in
			*" $port "*) cut $office $port ;;
			*) free $office $port ;;
			esac
		done
	done
	free 198.51.100.2 25 465
	free 2001:db8:bad:2::1 25 587
}

# The sessions of the mail ports end, and no others.
sessions_end()
{
	server smtp :: 26
	server ssh :: 23
	for office in $OFFICE4 $OFFICE6; do
		hold $office 26
		hold $office 23
	done
	for client in ::ffff:$OFFICE4 $OFFICE6; do
		open smtp $client
		open ssh $client
	done
	ported 25, 26
	check reload ctl reload
	for client in ::ffff:$OFFICE4 $OFFICE6; do
		ended smtp $client
		stays ssh $client
	done
	wait_for 2 counted disconnected 2 || fail "not two connections ended"
}

# What others remove, of all or one by one, is back.
heals()
{
	ip -n "$S" rule del pref 984 ipproto tcp sport 25
	ip -n "$S" -6 rule del pref 984 ipproto tcp sport 587
	rules_are 25 465 587
	for family in -4 -6; do
		ip -n "$S" $family rule flush
		ip -n "$S" $family rule add pref 32766 lookup main
	done
	rules_are 25 465 587
	ip -n "$S" route flush table 2525
	ip -n "$S" -6 route flush table 2525
	banned_there $OFFICE4
	banned_there 2001:db8:bad:1::/64
	office_is_cut 25 465 587
}

follows_reloads()
{
	ported 25, 80
	check reload ctl reload
	has_rules 25 80 || fail "the rules do not follow: $(our_rules 83)"
	office_is_cut 25 80
	conf "route table 2525"
	check reload ctl reload
	has_rules || fail "the rules do not follow: $(our_rules 83)"
	office_is_cut 22 25 80 465 587
	refuse "mail to a banned host leaves" sends $OFFICE4
	conf "route table 2525" "route ports { 25 }" "route protocol 84"
	check reload ctl reload
	has_rules && fail "the rules of the old protocol stay"
	[ "$(our_rules 84 | wc -l)" = 2 ] || fail "the new protocol has none"
	office_is_cut 25
	ported 25
	check reload ctl reload
	[ -z "$(our_rules 84)" ] || fail "rules stay"
	rules_are 25
	conf
	check reload ctl reload
	[ -z "$(our_rules 83)" ] || fail "main needs none: $(our_rules 83)"
	office_is_cut 22 25 80 465 587
	ported 587
	check reload ctl reload
	rules_are 587
	office_is_cut 587
}

restarts()
{
	stop
	rules_are 587
	office_is_cut 587
	ported 25, 465
	start
	rules_are 25 465
	office_is_cut 25 465
	check flush ctl flush
	refuse "a route stays" in_table $OFFICE4
	office_is_cut
	rules_are 25 465
	stop
	rules_are 25 465
	conf
	start
	[ -z "$(our_rules 83)" ] || fail "rules stay: $(our_rules 83)"
	stop
}

# round RP_FILTER: bans in both families.
round()
{
	rp_filter "$1"
	rm -f "$T"/bans.db*
	: >"$LOG"
	ported 25, 465, 587
	start
	rules_are 25 465 587
	refuse "the log says that it has no effect" grep "not act" \
	    "$T/daemon.log"
	office_is_cut
	failures 5 $OFFICE4 >>"$LOG"
	failures 5 $OFFICE6 >>"$LOG"
	banned_there $OFFICE4
	banned_there 2001:db8:bad:1::/64
	office_is_cut 25 465 587
	check "mail to a banned host does not leave" sends $OFFICE4
	check "mail to a banned host does not leave" sends $OFFICE6
	counted bans 2 || fail "not two bans"
}

net_up
for port in 22 25 80 465 587; do server "port$port" :: $port; done
background "$C" listen 25
wait_for 5 sends $OFFICE6 || fail "the office has no mail server"
round 0
heals
sessions_end
check flush ctl flush
stop
round 2
follows_reloads
restarts

# What to do is said where the file is wrong.
conf "route ports { 25 }"
refuse "ports in the table main" "$STAGE/sbin/smtpband" -n -f "$CONF"
grep -q ':4: route ports: want a table of its own too, as in "route table 2525"' \
    "$T/out" || fail "the error is not clear: $(cat "$T/out")"
