# What must hold after each step.
# shellcheck shell=sh
# Sourced by run.sh after lib.sh; they share their variables.
# shellcheck disable=SC2034,SC2154,SC2119,SC2120

# Seconds until all is settled; bans of the soak last longer, so that none
# that is missing ends before that is seen.
PATIENCE=${SOAK_PATIENCE:-20}
LONG=30 # after what is tried again only every ten
patience=$PATIENCE
MOST=0
RSS_E=0 RSS_P=0 FDS_E=0 FDS_P=0
READ=0 # lines of the log that were looked at

# Lines of warnings and errors that what we do must cause.
EXPECTED='routes? that others? removed|somebody else.s route|the parser ended
|the parser is gone|enforcer.*ended|ended, status|cannot be read: No such file
|is read again|ledger not written|configuration not taken|smtpban.conf:[0-9]*:
|the clock|not written|routes not set|control client|what reads it has ended'
EXPECTED=$(printf %s "$EXPECTED" | tr -d '\n')

# within SECONDS COMMAND: it succeeds in that time.
within()
{
	mono
	limit=$((NOW + $1 * 100))
	shift
	until "$@" >/dev/null 2>&1; do
		mono
		[ "$NOW" -lt "$limit" ] || return 1
		sleep 0.1
	done
}

snapshot()
{
	{
		ip -n "$S" -4 route show table all proto 83
		ip -n "$S" -6 route show table all proto 83
	} | sed -n 's/^blackhole \([^ ]*\) .*/\1/p' >"$T/soak/routes"
	ctl -j bans >"$T/soak/bans" || return
	rm -f "$T/soak/bans.db" "$T/soak/bans.db.2"
	cp "$T/disk/bans.db" "$T/disk/bans.db.2" "$T/soak" 2>/dev/null
	return 0
}

# agree -l or "": routes, ledger, mirror and model; quiet: nothing is left to do.
agree()
{
	quiet || return
	snapshot || return
	mono
	# shellcheck disable=SC2086
	"$BUILD/tests/soak/soak" $1 "$T/soak" "$NOW" "$BAN_FOR" \
	    >"$T/soak/differs" 2>&1
}

agree_and_well()
{
	agree "" || return
	ctl status >"$T/soak/status"
}

# is_wrong TEXT: status and its exit status tell that.
is_wrong()
{
	ctl status >"$T/out"
	[ $? = 1 ] || return
	grep -q "^wrong: $1" "$T/out"
}

foreign_stay()
{
	for p in $FOREIGN; do
		ip -n "$S" route show "$p" proto static |
		    grep -q "^blackhole $p" || fail "the foreign route of $p went"
	done
}

# rss PID, fds PID
rss()
{
	sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$1/status"
}
fds()
{
	set -- "/proc/$1/fd/"*
	echo $#
}

# bounded WHAT NUMBER LIMIT
bounded()
{
	[ "$2" -le "$3" ] || fail "$1: $2, more than $3"
}

# Bounded, and the same however long it goes on.
resources()
{
	rss_e=$(rss "$DAEMON") rss_p=$(rss "$PARSER")
	fds_e=$(fds "$DAEMON") fds_p=$(fds "$PARSER")
	if [ -z "$GREW" ]; then
		GREW=yes
		base_rss_e=$rss_e base_rss_p=$rss_p base_fds_e=$fds_e
	fi
	bounded "memory of the enforcer (kB)" "$rss_e" \
	    $((base_rss_e * 2 + 16384))
	bounded "memory of the parser (kB)" "$rss_p" \
	    $((base_rss_p * 2 + 32768))
	bounded "descriptors of the enforcer" "$fds_e" $((base_fds_e + 2))
	bounded "descriptors of the parser" "$fds_p" 32
	[ "$rss_e" -le "$RSS_E" ] || RSS_E=$rss_e
	[ "$rss_p" -le "$RSS_P" ] || RSS_P=$rss_p
	[ "$fds_e" -le "$FDS_E" ] || FDS_E=$fds_e
	[ "$fds_p" -le "$FDS_P" ] || FDS_P=$fds_p
	zombies=$(pgrep -c -r Z -P "$DAEMON")
	bounded zombies "$zombies" 0
}

# No line of an error that was not to be expected.
log_is_clean()
{
	lines=$(wc -l <"$T/daemon.log")
	tail -n "+$((READ + 1))" "$T/daemon.log" >"$T/soak/new"
	READ=$lines
	grep -E '^<[0-4]>|Sanitizer|runtime error|^[^<]' "$T/soak/new" |
	    grep -Ev "$EXPECTED" >"$T/soak/unexpected" &&
	    fail "unexpected: $(head -3 "$T/soak/unexpected")"
	return 0
}

invariants()
{
	within "$patience" agree_and_well || {
		head -20 "$T/soak/differs"
		ctl status | head -5
		fail "not consistent within $patience s"
	}
	patience=$PATIENCE
	mono
	model settled "$NOW"
	kill -0 "$DAEMON" "$PARSER" || fail "it is not there"
	n=$(wc -l <"$T/soak/routes")
	[ "$n" -le "$MOST" ] || MOST=$n
	foreign_stay
	resources
	log_is_clean
	echo "$STEPS ok: $(cat "$T/soak/differs")" >>"$T/actions"
}
