#!/bin/sh
# What goes wrong most often, and that each error says it in one line: what it
# is about, what is wrong with it, and what to do.
. "$(dirname "$0")/lib.sh"

net_up
# Somebody without rights runs them from there.
cp "$STAGE/bin/smtpbanctl" "$STAGE/sbin/smtpband" "$T" && chmod 755 "$T" ||
    fail "no copies"

# says TEXT COMMAND...: it fails, with one line on standard error that ends so.
says()
{
	text=$1
	shift
	if "$@" >/dev/null 2>"$T/err"; then
		fail "succeeded: $*"
	fi
	[ "$(wc -l <"$T/err")" = 1 ] || fail "not one line: $*: $(cat "$T/err")"
	case $(cat "$T/err") in
	*"$text") ;;
	*) fail "$*: $(cat "$T/err")" ;;
	esac
}

# wrong STATEMENT TEXT: how the configuration is refused.
wrong()
{
	printf '\n%s\n' "$1" >"$T/wrong.conf"
	chmod 600 "$T/wrong.conf"
	says "wrong.conf:2: $2" "$STAGE/sbin/smtpband" -n -f "$T/wrong.conf"
}

# Of the configuration.
conf
wrong 'treshold 5 within 1d' 'unknown word "treshold" (did you mean "threshold"?)'
wrong 'bantime = 7d' 'unknown word "bantime" (did you mean "ban for"?)'
wrong 'maxretry = 3' 'unknown word "maxretry" (did you mean "threshold"?)'
wrong '[postfix]' 'unknown word "[postfix]", see smtpban.conf(5)'
wrong 'threshold 0 within 1d' 'threshold "0": want a number from 1 to 1000'
wrong 'ban for 7y' 'ban for "7y": want a time: a number with s, m, h, d or w'
wrong 'ban 7d' 'unexpected "7d", want "for" or "repeat"'
wrong 'ban repeat double up to 1d' 'ban repeat up to 1d is less than ban for 1w'
wrong 'whitelist { 192.0.2.1/24 }' \
    'whitelist "192.0.2.1/24": host bits are set (did you mean 192.0.2.0/24?)'
wrong 'whitelist { mx.example.org }' \
    'whitelist "mx.example.org": not an address, and names are not looked up'
wrong 'whitelist 192.0.2.1' 'unexpected "192.0.2.1", want "file" or "{"'
wrong "whitelist file \"$T/none\"" "whitelist file \"$T/none\": No such file or directory"
wrong 'log mail.log' 'log "mail.log": want an absolute path, beginning with /'
wrong 'log "journal"' 'log "journal": want no quotes for the journal'
wrong 'log "/var/log/mail.log' 'quotes are not closed'
wrong 'user root' 'user "root": want a user without rights, as _smtpban'
wrong 'count { spam }' \
    'count "spam": want auth, relay, unknown-user, rbl, protocol, probe or policy'
wrong 'match "x" "<text> <addr>" as auth' \
    'match "<text> <addr>": <text> stands before the address: the client could choose an address in it'
chmod 666 "$CONF"
says ": is writable by others: chmod go-w" "$STAGE/sbin/smtpband" -n -f "$CONF"
chmod 600 "$CONF"
says "/none.conf: No such file or directory" \
    "$STAGE/sbin/smtpband" -n -f "$T/none.conf"

# Of the start.  The daemon is in the foreground.
daemon()
{
	in_ns "$S" timeout 20 "$@" "$STAGE/sbin/smtpband" -dq -f "$CONF"
}
says "must be started as root (only -n need not)" \
    setpriv --reuid 65534 --clear-groups "$T/smtpband" -d
conf 'user "nosuch"'
says 'user "nosuch" does not exist, see useradd(8)' daemon
conf
says "CAP_NET_ADMIN is missing (in a container: --cap-add=NET_ADMIN)" \
    daemon setpriv --bounding-set -net_admin
printf 'log "%s"\ndatabase "%s"\ncontrol "%s"\n' "$LOG" "$T/none/none/bans.db" \
    "$SOCK" >"$CONF"
says "none/none/bans.db: its directory: No such file or directory" daemon
rm -f "$SOCK"
printf 'log "%s"\ndatabase "%s"\ncontrol "%s"\n' "$LOG" "$T/bans.db" \
    /proc/smtpban/control.sock >"$CONF"
says "control socket /proc/smtpban/control.sock: No such file or directory" daemon
printf 'log "%s"\ndatabase "%s"\ncontrol "%s"\n' "$LOG" "$T/bans.db" \
    "$T/read-only/smtpban/control.sock" >"$CONF"
mkdir "$T/read-only"
# shellcheck disable=SC2016
says "control.sock: Read-only file system" daemon unshare -m sh -c \
    'mount -t tmpfs -o ro none "$0" && exec "$@"' "$T/read-only"
conf
mkdir "$LOG"
in_ns "$S" "$STAGE/sbin/smtpband" -d -f "$CONF" 2>"$T/daemon.log" &
DAEMON=$!
wait_for 20 grep -q "mail.log cannot be read: it is a directory, want a file in it$" \
    "$T/daemon.log" || fail "the log is a directory: $(cat "$T/daemon.log")"
kill_daemon
rmdir "$LOG"

# Of smtpbanctl.
junk()
{
	echo junk >"$T/junk.gz"
	# gzip(1) has a line of its own to say.
	ctl -q scan "$T/junk.gz" 2>&1 | grep "^smtpbanctl" >&2
	return 1
}
rm -f "$SOCK"
says " start\", or name its socket with -s" ctl status
grep -q "control.sock: smtpband is not running (No such file or directory); start it with \"s" \
    "$T/err" || fail "not running: $(cat "$T/err")"
start
says "control.sock of another smtpband: Address already in use" daemon
sed -i "s|^control .*|control \"$T/second.sock\"|" "$CONF"
says "ledger $T/bans.db: another smtpband uses it" daemon
says "smtpbanctl: statsu: unknown command (did you mean \"status\"?)" ctl statsu
says "unknown command, \"smtpbanctl -h\" lists them" ctl frobnicate
says "smtpbanctl: -l: unknown option; before the command there are -h, -j, -q and -s" \
    ctl -l scan "$LOG"
says "smtpbanctl: -x: unknown option, see \"smtpbanctl -h\"" ctl bans -x
says "smtpbanctl: check: mx.example.org: not an address, and names are not looked up" \
    ctl check mx.example.org
says "smtpbanctl: ban: 198.51.100.7/24: host bits are set (did you mean 198.51.100.0/24?)" \
    ctl ban 198.51.100.7/24
says "smtpbanctl: ban: 2d: want \"for\" and a time, as \"for 2d\"" \
    ctl ban 203.0.113.7 2d
says "smtpbanctl: unban: 2y: want a time: a number with s, m, h, d or w" \
    ctl unban 203.0.113.7 allow 2y
says "smtpbanctl: unban 203.0.113.7: not banned" ctl unban 203.0.113.7
says "smtpbanctl: ban 127.0.0.1: refused: loopback address" ctl ban 127.0.0.1
says "smtpbanctl: log: loud: want brief or verbose" ctl log loud
says "smtpbanctl: $T/none.log: No such file or directory" \
    ctl -q scan "$T/none.log"
says "smtpbanctl: $T: is a directory, name the files in it" ctl -q scan "$T"
install -m 600 /dev/null "$T/secret.log"
says "secret.log: Permission denied: root may read it, or who is in its group" \
    setpriv --reuid 65534 --clear-groups "$T/smtpbanctl" -q scan "$T/secret.log"
says "junk.gz: zcat failed, is the file whole?" junk
says "smtpbanctl: import: /etc/passwd: not a GNU dbm file that can be read: Bad magic number" \
    ctl import /etc/passwd
says "smtpbanctl: report: -j and --html: choose one of them" \
    ctl report -j --html -
says "smtpbanctl: -s: needs an argument" "$STAGE/bin/smtpbanctl" -s
says "only root and members of group smtpban may ask (sudo, or as root: usermod -aG smtpban USER)" \
    setpriv --reuid 65534 --clear-groups "$T/smtpbanctl" -s "$SOCK" status
chmod 666 "$SOCK"
says "smtpbanctl: flush: only root may do that" \
    setpriv --reuid 65534 --clear-groups "$T/smtpbanctl" -s "$SOCK" flush
echo 'treshold 5 within 1d' >>"$CONF"
sed -i "s|^control .*|control \"$SOCK\"|" "$CONF"
says 'smtpban.conf:4: unknown word "treshold" (did you mean "threshold"?)' ctl reload

# Without a file the defaults hold, as for smtpband: no error.
without_etc()
{
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount -t tmpfs tmpfs /etc && exec "$@"' sh "$@"
}
check "whitelist without a configuration" \
    without_etc "$STAGE/bin/smtpbanctl" whitelist
[ ! -s "$T/out" ] || fail "a whitelist of its own: $(cat "$T/out")"
check "whitelist -b without a configuration" \
    without_etc "$STAGE/bin/smtpbanctl" whitelist -b
grep -q '127.0.0.0/8{0,32}' "$T/out" || fail "-b: $(cat "$T/out")"
says "/etc/smtpban.conf: No such file or directory" \
    without_etc "$STAGE/bin/smtpbanctl" whitelist -f /etc/smtpban.conf
