#!/bin/sh
# Detached, log lines go to syslogd, which comes, goes, and hangs.
set -u
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# A /dev of its own, in which the test is syslogd.
WORLD=
SYSLOGD=
trap 'status=$?; world_down; (exit $status); cleanup' EXIT

world()
{
	nsenter -t "$WORLD" -m --net="/run/netns/$S" "$@"
}

world_up()
{
	unshare -m sh -c 'mount -t tmpfs -o mode=755 tmpfs /dev &&
		mknod -m 666 /dev/null c 1 3 && mknod -m 666 /dev/zero c 1 5 &&
		mknod -m 666 /dev/urandom c 1 9 && exec sleep 1000' &
	WORLD=$!
	wait_for 10 world test -c /dev/urandom || fail "no /dev"
}

world_down()
{
	syslogd_end
	[ -z "$WORLD" ] || kill -9 "$WORLD" 2>/dev/null
}

# syslogd: each datagram is a line; they have no end of their own.
syslogd_begin()
{
	world rm -f /dev/log
	(exec nsenter -t "$WORLD" -m nc -klUu /dev/log) >>"$T/syslog" 2>&1 &
	SYSLOGD=$!
	wait_for 5 world test -S /dev/log || fail "no syslogd"
}

syslogd_end()
{
	[ -z "$SYSLOGD" ] || kill -9 "$SYSLOGD" 2>/dev/null
	[ -z "$SYSLOGD" ] || wait "$SYSLOGD" 2>/dev/null
	SYSLOGD=
}

logged()
{
	wait_for 5 grep -q "$1" "$T/syslog" ||
	    fail "not logged: $1: $(cat "$T/syslog")"
}

not_well()
{
	ctl status >"$T/out" 2>&1
	grep -q "lines of smtpban-parser are not" "$T/out"
}

net_up
conf
: >"$LOG"
: >"$T/syslog"
world_up
syslogd_begin
world timeout --foreground 60 "$STAGE/sbin/smtpband" -f "$CONF" >"$T/out" 2>&1 ||
    fail "it does not start: $(cat "$T/out")"
DAEMON=$(cat "$T/control.pid") || fail "no pid file"
parser=$(parser_pid)
failures 5 198.51.100.71 >>"$LOG"
banned 198.51.100.71
logged "<30>[A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]* smtpband\\[$DAEMON]: banned 198.51.100.71 for "
kill -USR1 "$DAEMON"
logged "<30>[A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]* smtpban-parser\\[$parser]: read 5 lines"
not_well && fail "lines are lost: $(cat "$T/out")"

# Without a syslogd everything but the lines goes on.
syslogd_end
failures 5 198.51.100.72 >>"$LOG"
banned 198.51.100.72
kill -USR1 "$DAEMON"
wait_for 5 not_well || fail "status does not tell: $(cat "$T/out")"

# Another one hears from smtpband what it missed, and from the parser nothing.
: >"$T/syslog"
syslogd_begin
failures 5 198.51.100.73 >>"$LOG"
banned 198.51.100.73
logged "<28>.* smtpband\\[$DAEMON]: [1-9][0-9]* log lines were lost"
logged "<30>.* smtpband\\[$DAEMON]: banned 198.51.100.73 for "
kill -USR1 "$DAEMON"
logged "<30>.* smtpband\\[$DAEMON]: bans 3,"
wait_for 5 not_well || fail "status does not tell: $(cat "$T/out")"
grep -q "smtpban-parser" "$T/syslog" && fail "the parser found another way out"

# One that hangs holds up nothing.
kill -STOP "$SYSLOGD"
for i in 1 2 3 4 5; do
	for j in 1 2 3 4 5; do
		fail_line "203.0.113.$i$j" >>"$LOG"
		failures 4 "203.0.113.$i$j" >>"$LOG"
	done
done
banned 203.0.113.55
kill -CONT "$SYSLOGD"
heard()
{
	kill -USR1 "$DAEMON" && grep -q "smtpband\\[$DAEMON]: bans 28," "$T/syslog"
}
wait_for 10 heard || fail "it says nothing more: $(cat "$T/syslog")"
kill "$DAEMON"
wait_for 10 sh -c "! kill -0 $DAEMON" || fail "it does not end"
DAEMON=
logged "stopping; routes stay"
