#!/bin/sh
# Both processes run under their filters; a forbidden call ends the one that
# makes it and by that the other, says so, and lets nobody in.
set -u
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

BREACH=$(dirname "$TCP")/breach

field()
{
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"
}

# limit PID NAME: the hard limit.
limit()
{
	sed -n "s/^$2  *[^ ]*  *\\([^ ]*\\) .*/\\1/p" "/proc/$1/limits"
}

gone()
{
	! kill -0 "$1" 2>/dev/null
}

net_up
conf
start
parser=$(parser_pid)
for pid in "$DAEMON" "$parser"; do
	[ "$(field "$pid" Seccomp)" = 2 ] || fail "$pid has no filter"
	[ "$(field "$pid" NoNewPrivs)" = 1 ] || fail "$pid: new privileges"
	for name in "Max core file size" "Max processes" "Max locked memory" \
	    "Max msgqueue size"; do
		[ "$(limit "$pid" "$name")" = 0 ] || fail "$pid: $name"
	done
done
[ "$(limit "$DAEMON" "Max open files")" = 1024 ] || fail "files of smtpband"
[ "$(limit "$parser" "Max open files")" = 1024 ] || fail "files of the parser"
# Nobody but root looks into them, not even their own user.
refuse "the parser's user may look into it" setpriv --reuid=_smtpban \
    --regid=_smtpban --clear-groups cat "/proc/$parser/environ"

# Stopped and continued: the waits go on.
kill -STOP "$DAEMON" "$parser"
sleep 0.3
kill -CONT "$DAEMON" "$parser"
sleep 0.3
failures 5 198.51.100.61 >>"$LOG"
banned 198.51.100.61
kill -USR1 "$DAEMON"
kill -HUP "$DAEMON"
wait_for 5 grep -q "was read again" "$T/daemon.log" || fail "no reload"
stop

# The same with a parser that is asked for its counters and makes a socket.
breach()
{
	: >"$T/daemon.log"
	launch "$BREACH/sbin/smtpband" -dvv -f "$CONF" 2>>"$T/daemon.log" &
	DAEMON=$!
	wait_for 20 grep -q "following them" "$T/daemon.log" ||
	    fail "the test's smtpband does not start"
	parser=$(parser_pid)
}
breach
kill -USR1 "$DAEMON"
wait "$DAEMON"
[ $? = 1 ] || fail "smtpband does not end with status 1"
DAEMON=
grep -qx "smtpband: the parser ended: killed by signal 31 (a forbidden system call)" \
    "$T/daemon.log" || fail "the breach is not named"
wait_for 5 gone "$parser" || fail "its parser lives"
check "a breach opens a way" routed 198.51.100.61

# And with an enforcer that does so instead of a reload.
breach
kill -HUP "$DAEMON"
wait "$DAEMON"
status=$?
DAEMON=
[ $status = $((128 + 31)) ] || fail "smtpband ends with status $status"
wait_for 5 gone "$parser" || fail "the parser outlives smtpband"
check "a breach opens a way" routed 198.51.100.61

# Who starts it again has all that was there before.
start
check "a ban is lost" routed 198.51.100.61
stop
