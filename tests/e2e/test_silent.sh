#!/bin/sh
# No silent failure: a ledger that cannot be written, a log that cannot be
# read, a route that is not set, a configuration that is not taken are told by
# status, its exit status and the log, and are over by themselves.
[ -n "${OWN_MOUNTS:-}" ] || OWN_MOUNTS=1 exec unshare -m sh "$0"
. "$(dirname "$0")/lib.sh"
# shellcheck disable=SC2154
trap 'status=$?; kill_daemon; umount -l "$T/disk"
    (exit $status); cleanup' EXIT

# wrong TEXT: status has this line among what is wrong, and exits with 1.
wrong()
{
	ctl status >"$T/status" 2>&1
	[ $? = 1 ] || return
	sed ':a; N; $!ba; s/\n       / /g' "$T/status" | grep -q "^wrong: .*$1" ||
	    return
	ctl -j status >"$T/json"
	[ $? = 1 ] && grep -q '"wrong": \[{"what": "' "$T/json"
}
well()
{
	ctl status >"$T/status" 2>&1 && [ "$(head -1 "$T/status")" = "all well" ] &&
	    ctl -j status | grep -q '^{"wrong": \[\], '
}
expect_wrong()
{
	wait_for 12 wrong "$1" || fail "status does not tell \"$1\": $(cat "$T/status")"
}
expect_well()
{
	wait_for 25 well || fail "$1: not well again: $(cat "$T/status")"
}

# logged N TEXT: so many lines of the log have it.
logged()
{
	wait_for 10 grep -q "$2" "$T/daemon.log"
	[ "$(grep -c "$2" "$T/daemon.log")" = "$1" ] ||
	    fail "not $1 lines \"$2\""
}

# A kernel that refuses routes where it is told to.
cp -r "$STAGE" "$T/stage"
cp "$STAGE/../tests/e2e/refused/smtpband" "$T/stage/sbin"
STAGE=$T/stage
SMTPBAN_REFUSE=$T/refuse
export SMTPBAN_REFUSE

net_up
mkdir "$T/disk" "$T/logs"
mount -t tmpfs -o size=128k tmpfs "$T/disk" || fail "no disk"
LOG=$T/logs/mail.log
conf
sed -i "s,$T/bans.db,$T/disk/bans.db," "$CONF"
start
expect_well "at the start"

# A full disk.
dd if=/dev/zero of="$T/disk/fill" 2>/dev/null
refused=
for i in $(seq 1 240); do
	ctl ban "203.0.113.$i" >/dev/null 2>"$T/out" || { refused=$i; break; }
done
[ -n "$refused" ] || fail "the disk is not full"
grep -q "failed: in force, but not written: No space left on device" "$T/out" ||
    fail "the answer: $(cat "$T/out")"
check "it is not in force" routed "203.0.113.$refused"
expect_wrong "ledger not written.*No space left on device (1 changes wait)"
refuse "unban says that it is written" ctl unban "203.0.113.$refused"
grep -q "released, but not written: No space left on device" "$T/out" ||
    fail "the answer: $(cat "$T/out")"
ctl ban 203.0.113.250 >/dev/null 2>&1
logged 1 "ledger not written: No space left on device"
rm "$T/disk/fill"
expect_well "room on the disk"
logged 1 "ledger not written: over"
[ "$(ctl -j bans | grep -c '"unwritten": true')" = 0 ] || fail "marked as unwritten"

# Logs that cannot be read.
settle
mv "$LOG" "$T/logs/away"
expect_wrong "log $LOG cannot be read.*No such file or directory"
logged 1 "log $LOG cannot be read: No such file or directory"
mkdir "$LOG"
expect_wrong "log $LOG cannot be read.*is a directory"
rmdir "$LOG"
ln -s mail.log "$LOG"
expect_wrong "log $LOG cannot be read.*Too many levels of symbolic links"
rm "$LOG"
failures 5 198.51.100.90 >"$LOG"
banned 198.51.100.90
expect_well "the log is back"
logged 1 "log $LOG is read again"

# A failure that no event ends: it is tried again.
rmdir "$T/none" 2>/dev/null
mkdir "$T/real"
mv "$LOG" "$T/real/mail.log"
ln -s "$T/hop/mail.log" "$LOG"
ln -s "$T/hop" "$T/hop"
expect_wrong "log $LOG cannot be read.*Too many levels of symbolic links"
ln -sfn "$T/real" "$T/hop"
failures 5 198.51.100.91 >>"$LOG"
wait_for 12 routed 198.51.100.91 || fail "the log is not tried again"
expect_well "the link leads somewhere"

# Routes that the kernel does not set.
failures 5 2001:db8:bad:90::1 >>"$LOG"
banned 2001:db8:bad:90::/64
: >"$SMTPBAN_REFUSE"
refuse "a ban without its route" ctl ban 2001:db8:bad:91::/64
grep -q "failed: route: No buffer space available" "$T/out" ||
    fail "the answer: $(cat "$T/out")"
check "IPv4 suffers" ctl ban 198.51.100.92
ip -n "$S" -6 route flush proto 83
expect_wrong "1 bans have no route for.*No buffer space available"
sleep 5 # tries
logged 1 "routes not set: adding: No buffer space available"
rm "$SMTPBAN_REFUSE"
expect_well "the kernel sets them again"
check "the route is not back" routed 2001:db8:bad:90::/64
logged 1 "routes not set: over"

# A configuration with errors that nobody waited for.
echo nonsense >>"$CONF"
kill -HUP "$DAEMON"
expect_wrong "configuration not taken.*smtpban.conf:4: .*(the old"
conf
sed -i "s,$T/bans.db,$T/disk/bans.db," "$CONF"
kill -HUP "$DAEMON"
expect_well "the configuration is good again"

# What ends while something is not on disk does not end well.
dd if=/dev/zero of="$T/disk/fill" 2>/dev/null
for i in $(seq 1 240); do
	ctl ban "198.51.100.$i" >/dev/null 2>&1 || break
done
expect_wrong "ledger not written"
kill -TERM "$DAEMON"
wait "$DAEMON" && fail "ended well with a ledger that is not written"
DAEMON=
grep -q "changes not written" "$T/daemon.log" || fail "its end is silent"
ctl status 2>"$T/out"
[ $? = 2 ] || fail "status without a daemon"
