# kill -9 at any moment, 30 times (or LEDGER_KILLS): every ban that the log or
# smtpbanctl acknowledged is there after the next start.  The mail log is
# emptied before, so that no replay makes up for a loss.
. "$(dirname "$0")/lib.sh"
net_up
conf
: >"$T/acked"
: >"$T/kept"
rounds=${LEDGER_KILLS:-30}

# by_hand ROUND: ban others by hand, one after the other, until the daemon is
# gone; what was acknowledged is in by-hand.
by_hand()
{
	i=0
	while i=$((i + 1)) && net=2001:db8:$(printf '%x:%x' $((4096 + $1)) $i) &&
	    ctl -q ban "$net::/64" >/dev/null 2>&1; do
		echo "$net::/64" >>"$T/by-hand"
	done
}

# random BOUND
random()
{
	echo $(($(od -An -N2 -tu2 /dev/urandom) % $1))
}

round=0
while [ "$round" -lt "$rounds" ]; do
	start
	ctl -q bans >"$T/bans" || fail "no answer in round $round"
	cut -d' ' -f1 "$T/bans" | sort >"$T/there"
	sort -u "$T/acked" >"$T/should"
	comm -13 "$T/there" "$T/should" >"$T/lost"
	[ ! -s "$T/lost" ] || fail "lost in round $round: $(head -3 "$T/lost")"
	: >"$T/by-hand"
	by_hand "$round" &
	hand=$!
	for i in $(seq 8); do
		failures 5 "198.51.100.$(((round * 8 + i) % 249))" >>"$LOG"
		failures 5 "2001:db8:$((round + 100)):$i::1" >>"$LOG"
	done
	sleep "0.$(printf %03d "$(random 400)")"
	parser=$(parser_pid)
	kill -9 "$DAEMON" "$parser" 2>/dev/null
	wait "$DAEMON" 2>/dev/null
	DAEMON=
	wait "$hand"
	sed -n 's/^.*banned \([^ ]*\) for .*/\1/p' "$T/daemon.log" >>"$T/acked"
	cat "$T/by-hand" >>"$T/acked"
	! grep -q "damaged, kept" "$T/daemon.log" || echo x >>"$T/kept"
	: >"$LOG"
	round=$((round + 1))
done
start
ctl -q bans | cut -d' ' -f1 | sort >"$T/there"
sort -u "$T/acked" >"$T/should"
comm -13 "$T/there" "$T/should" >"$T/lost"
[ ! -s "$T/lost" ] || fail "lost in the end: $(head -3 "$T/lost")"
n=$(wc -l <"$T/should")
[ "$n" -ge "$rounds" ] || fail "only $n bans were acknowledged"
stop
echo "$rounds kills, $n bans acknowledged, a file unreadable" \
    "$(wc -l <"$T/kept") times, none lost"
