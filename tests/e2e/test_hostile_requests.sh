# Floods of the other requests: those that cost much, or write a line each, are
# few; nothing leaks, and the daemon has time for its own.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hostile.sh"
hostile_stage
for i in 1 2 3; do echo "an older log" >"$LOG.$i"; done
conf "limit bans 500" "limit requests 1000" "log \"$T/other.log\""
# few TEXT MOST: lines in the daemon's own words.
few()
{
	n=$(grep -c "^smtpband: $1" "$T/daemon.log")
	[ "$n" -le "$2" ] || fail "$n lines \"$1\", at most $2"
}
begin()
{
	rm -f "$T"/bans.db*
	ip -n "$S" route flush proto 83
	ip -n "$S" -6 route flush proto 83
	attack "ban 198.51.100.7 8 0 0xffffffff 0" "say begin" \
	    "flood $1 3 reading" "say over" "flood $1 60 reading"
	wait_for 5 said "hostile: begin" || fail "no flood of $1"
	DESCRIPTORS=$(descriptors) PEAK=$(peak)
	kill -HUP "$DAEMON"
	wait_for 3 said "the configuration was read again" ||
	    fail "$1: no reload"
}
finish()
{
	few "ban of .* refused" 30
	unharmed
	bounded 8192
	sed -n 's/^hostile: flood of /    /p' "$T/daemon.log"
	obeys_term 1
	ledger_opens
}

# What writes a line each: ten a second, and as many at the start.
for what in reload flush; do
	begin "$what"
	wait_for 10 said "hostile: flood of $what" || fail "no flood of $what"
	few "the configuration was read again" 60
	few "released all" 60
	finish "$what"
done

# The others: each that was sent has its answer.
for what in expire counters check open allow refused; do
	begin "$what"
	wait_for 30 said "hostile: over" || fail "no end of the flood of $what"
	sent=$(sed -n 's/^hostile: flood.* sent //p' "$T/daemon.log" | head -1)
	answered=$(sed -n 's/^hostile: flood.* answered //p' "$T/daemon.log" | head -1)
	[ "$sent" -gt 0 ] && [ "$sent" = "$answered" ] ||
	    fail "$what: $sent sent, $answered answered"
	routed 198.51.100.7 || fail "$what: the ban is gone"
	finish "$what"
done
