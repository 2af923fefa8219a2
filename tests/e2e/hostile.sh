# A parser that was taken over, against the real smtpband: a copy of the stage
# in which tests/hostile is the parser, and does what a script says.  Sourced
# after lib.sh.
# shellcheck shell=sh

HOSTILE=$STAGE/../tests/hostile/hostile
PARSER=$T/stage/libexec/smtpban-parser

# The real user may reach what lies in $T, as it may where it is installed.
hostile_stage()
{
	mkdir "$T/stage" && cp -r "$STAGE/sbin" "$STAGE/bin" "$STAGE/libexec" \
	    "$T/stage" && cp "$PARSER" "$T/real" || fail "no stage"
	STAGE=$T/stage
	net_up
	others >"$T/others"
}

# use PROGRAM: as the parser.
use()
{
	cp -f "$1" "$PARSER" || fail "no parser"
}

# script LINE...: what the hostile parser will do.
script()
{
	for line in "$@"; do echo "$line"; done >"$PARSER.script"
	use "$HOSTILE"
}

# others: all routes that are not ours, of all tables.
others()
{
	for family in -4 -6; do
		shown "$family" route show table all
	done | grep -v ' proto 83 ' | sort
}

ours()
{
	for family in -4 -6; do
		shown "$family" route show table all | grep ' proto 83 '
	done
	true
}

# policy_holds: what the hostile parser may ban is in these networks; routes of
# others are as they were.
policy_holds()
{
	others | diff "$T/others" - || fail "routes of others changed"
	ours | grep -Ev '^blackhole (198\.51\.100\.|203\.0\.113\.|2001:db8:[89a-f]...:)' &&
	    fail "routes outside the policy"
	true
}

# left: the parsers of this test that live.  A hostile one stays when smtpband
# ends, until the service manager, or here the test, takes it away.
left()
{
	for pid in $(pgrep -x smtpban-parser); do
		case $(readlink "/proc/$pid/exe") in
		"$PARSER"*) echo "$pid" ;;
		esac
	done
}
sweep()
{
	for pid in $(left); do kill -9 "$pid"; done
}
gone()
{
	[ -z "$(left)" ]
}
trap 'status=$?; sweep; (exit "$status"); cleanup' EXIT

# ends SECONDS TEXT LINE...: the parser does as the lines say; smtpband ends by
# itself within that time (a busy machine has twice as long), with status 1, this
# one line and nothing after it.
ends()
{
	seconds=$1 text=$2
	shift 2
	script "$@"
	: >"$T/daemon.log"
	began=$(date +%s)
	(launch timeout --foreground -k 5 100 "$STAGE/sbin/smtpband" -dvv \
	    -f "$CONF" 2>>"$T/daemon.log")
	status=$?
	took=$(($(date +%s) - began))
	[ "$status" = 1 ] || fail "$*: status $status"
	[ "$took" -le $((seconds * 2)) ] || fail "$*: took $took s"
	grep '^smtpband: ' "$T/daemon.log" | tail -1 |
	    grep -q "^smtpband: .*$text" || fail "$*: no line \"$text\""
	grep -q '^hostile: FAILED' "$T/daemon.log" && fail "$*"
	policy_holds
	sweep
}

# attack LINE...: in the background, once all was told.
attack()
{
	script confine "send 12 0" "$@"
	start
}

# said TEXT: by the hostile parser or the daemon.
said()
{
	grep -q "$1" "$T/daemon.log"
}

descriptors()
{
	ls "/proc/$DAEMON/fd" | wc -l
}

# The most memory that it ever had, in KiB.
peak()
{
	awk '/^VmHWM/ { print $2 }' "/proc/$DAEMON/status"
}

# bounded KIB: it has not grown by more since the last call.
bounded()
{
	now=$(peak)
	[ -n "${SANITIZED:-}" ] || [ $((now - PEAK)) -le "$1" ] ||
	    fail "from $PEAK to $now KiB"
	PEAK=$now
}

# unharmed: it lives, and has as many descriptors as it had, but for those of
# the ledger's two files, which come and go.
unharmed()
{
	kill -0 "$DAEMON" || fail "smtpband is gone"
	[ "$(descriptors)" -le $((DESCRIPTORS + 2)) ] ||
	    fail "$(descriptors) descriptors, not $DESCRIPTORS"
	policy_holds
}

# obeys_term SECONDS: it ends in that time, and well; a busy machine has five
# times as long.
obeys_term()
{
	began=$(date +%s%N)
	stop
	ms=$((($(date +%s%N) - began) / 1000000))
	[ "$ms" -le "$(($1 * 5000))" ] || fail "SIGTERM took $ms ms"
	sweep
}

# The ledger opens, the real parser is content, and its bans are the routes.
ledger_opens()
{
	use "$T/real"
	start
	said "made anew" && fail "the ledger was mended"
	[ "$(ctl -q bans | wc -l)" = "$(ours | wc -l)" ] ||
	    fail "$(ctl -q bans | wc -l) bans, $(ours | wc -l) routes"
	policy_holds
	stop
	wait_for 5 gone || fail "the parser is left"
}
