# An administrator's own route on a prefix that is banned: it is left alone,
# shown as another's, and ours comes when it goes.
. "$(dirname "$0")/lib.sh"
net_up

# its PREFIX: the administrator's routes on it, as ip(8) shows them.
its()
{
	case $1 in
	*:*) ip -n "$S" -6 route show "$1" proto static table "${2:-main}" ;;
	*) ip -n "$S" route show "$1" proto static table "${2:-main}" ;;
	esac 2>/dev/null
}

# held PREFIX ADDRESS: bans, check and status say that another holds it.
held()
{
	ctl bans | grep -q "^$1: another program's route is on this prefix" &&
	    ctl -j bans | tr -d ' \n' | tr '{' '\n' |
		grep -F "\"prefix\":\"$1\"," | grep -q '"foreign":true' &&
	    ctl check "$2" | grep -q "another program's route is on this" &&
	    ctl -j check "$2" | tr -d ' \n' | grep -q '"foreign":true' &&
	    ctl status | grep -q '^foreign  *[1-9]' &&
	    ctl -j status | tr -d ' \n' | grep -q '"foreign":[1-9]'
}
not_held()
{
	! held "$@"
}

check_one()
{
	wait_for 5 held "$1" "$2" || fail "$3: not shown as held by another"
	not_routed "$1" || fail "$3: ours beside it"
	[ -n "$(its "$1")" ] || fail "$3: the administrator's is gone"
}

conf
start

# Before the ban: of another kind, a way to somewhere, and our own kind.
ip -n "$S" route add unreachable 198.51.100.20 proto static
ip -n "$S" route add 198.51.100.21 via 192.0.2.1 proto static
ip -n "$S" route add blackhole 198.51.100.22 proto static
ip -n "$S" -6 route add prohibit 2001:db8:bad:20::/64 proto static
ip -n "$S" -6 route add 2001:db8:bad:21::/64 via 2001:db8:25::1 proto static
for a in 198.51.100.20 198.51.100.21 198.51.100.22; do
	failures 5 "$a" >>"$LOG"
	check_one "$a" "$a" before
done
for a in 20 21; do
	failures 5 "2001:db8:bad:$a::1" >>"$LOG"
	check_one "2001:db8:bad:$a::/64" "2001:db8:bad:$a::1" before
done
# By hand it is not a success either.
ip -n "$S" route add unreachable 198.51.100.29 proto static
refuse "a ban by hand that has no route" ctl ban 198.51.100.29
check_one 198.51.100.29 198.51.100.29 "by hand"

# Taken away: ours comes, and nothing is held any more.
for a in 198.51.100.20 198.51.100.21 198.51.100.22 198.51.100.29; do
	# shellcheck disable=SC2046
	ip -n "$S" route del $(its "$a") proto static
	wait_for 2 routed "$a" || fail "$a: ours does not come"
done
for a in 20 21; do
	# shellcheck disable=SC2046
	ip -n "$S" -6 route del $(its "2001:db8:bad:$a::/64" |
	    sed 's/ pref .*//; s/dev lo//') proto static
	wait_for 2 routed "2001:db8:bad:$a::/64" || fail "IPv6 $a: ours does not come"
done
ctl status | grep -q '^foreign  *0' || fail "still held: $(ctl status)"
wait_for 2 not_held 198.51.100.20 198.51.100.20 || fail "still shown as held"

# After the ban: an administrator replaces ours.
failures 5 198.51.100.23 >>"$LOG"
failures 5 2001:db8:bad:23::1 >>"$LOG"
banned 198.51.100.23
banned 2001:db8:bad:23::/64
ip -n "$S" route replace 198.51.100.23 via 192.0.2.1 proto static
check_one 198.51.100.23 198.51.100.23 replace
ip -n "$S" -6 route replace 2001:db8:bad:23::/64 via 2001:db8:25::1 proto static
check_one 2001:db8:bad:23::/64 2001:db8:bad:23::1 "replace, IPv6"

# The end of the ban is none of his route.
check unban ctl unban 198.51.100.23
check unban ctl unban 2001:db8:bad:23::1
[ -n "$(its 198.51.100.23)" ] || fail "unban took the administrator's"
[ -n "$(its 2001:db8:bad:23::/64)" ] || fail "unban took the administrator's, IPv6"

# Another metric, type of service or table is another route.
failures 5 198.51.100.24 >>"$LOG"
banned 198.51.100.24
ip -n "$S" route add unreachable 198.51.100.24 proto static metric 7
ip -n "$S" route add unreachable 198.51.100.24 proto static tos 0x10
ip -n "$S" route add unreachable 198.51.100.24 proto static table 77
routed 198.51.100.24 || fail "ours gave way to a route beside it"
check unban ctl unban 198.51.100.24
[ "$(its 198.51.100.24 | wc -l)" = 2 ] && [ -n "$(its 198.51.100.24 77)" ] ||
    fail "unban took one beside ours"
not_routed 198.51.100.24 || fail "unban left ours"
failures 5 198.51.100.24 >>"$LOG"
banned 198.51.100.24
grep -q "198.51.100.24: somebody" "$T/daemon.log" && fail "held by none"

# A restart and a reload leave them alone, too.
ip -n "$S" route add unreachable 198.51.100.25 proto static
failures 5 198.51.100.25 >>"$LOG"
check_one 198.51.100.25 198.51.100.25 again
check reload ctl reload
check_one 198.51.100.25 198.51.100.25 reload
stop
start
check_one 198.51.100.25 198.51.100.25 restart
check flush ctl flush
[ -n "$(its 198.51.100.25)" ] || fail "flush took the administrator's"
only 0

# In a table of our own likewise.
conf "route table 1083"
check reload ctl reload
ip -n "$S" route add unreachable 198.51.100.26 proto static table 1083
failures 5 198.51.100.26 >>"$LOG"
wait_for 5 held 198.51.100.26 198.51.100.26 || fail "table: not shown as held"
ip -n "$S" route del unreachable 198.51.100.26 table 1083
in_table()
{
	shown route show table 1083 | grep -q '^blackhole 198.51.100.26 proto 83'
}
wait_for 2 in_table || fail "table: ours does not come"
stop
