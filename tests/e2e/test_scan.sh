# scan, as a program: its options, its files, its progress, and that it bans
# whom the daemon bans.
. "$(dirname "$0")/lib.sh"

scan()
{
	"$STAGE/bin/smtpbanctl" scan "$@"
}

# usage WHAT ARGUMENT...: it ends with status 2, and says so.
usage()
{
	what=$1
	shift
	"$STAGE/bin/smtpbanctl" "$@" >"$T/out" 2>"$T/err"
	[ $? = 2 ] && [ ! -s "$T/out" ] && [ -s "$T/err" ] || fail "$what"
}

OLD=$T/old.conf
NEW=$T/new.conf
echo "threshold 5 within 1d" >"$OLD"
echo "threshold 3 within 1d" >"$NEW"
failures 4 198.51.100.1 7200 >"$T/mail.log.1"
failures 4 198.51.100.1 60 >"$LOG"
gzip -k "$T/mail.log.1"

usage "no file" scan
usage "an unknown word" scan --nonsense "$LOG"
usage "a word of another command" status --explain
usage "-f without a file" scan "$LOG" -f
usage "three configurations" scan -f "$OLD" -f "$NEW" -f "$NEW" "$LOG"
usage "-l of two configurations" scan -l -f "$OLD" -f "$NEW" "$LOG"
grep -q -- "-l: want one configuration" "$T/err" || fail "which option?"
scan --help | grep -q -- "--explain" || fail "scan --help"

# Files in any order, packed or not; what is no log is named.
check "the latest first" scan "$LOG" "$T/mail.log.1.gz"
grep -q "^bans  *1$" "$T/out" || fail "over two files: $(cat "$T/out")"
grep -q "^stopped failures  *3$" "$T/out" || fail "stopped: $(cat "$T/out")"
scan "$T" "$LOG" "$T/none" >"$T/out" 2>"$T/err"
[ $? = 2 ] || fail "a folder is read"
grep -q "^smtpbanctl: $T: is a directory" "$T/err" || fail "folder: $(cat "$T/err")"
grep -q "^smtpbanctl: $T/none: No such file" "$T/err" || fail "none: $(cat "$T/err")"
grep -q "^failures  *4$" "$T/out" || fail "the rest is not read"
scan -q - <"$LOG" >"$T/out" || fail "standard input"
[ ! -s "$T/out" ] || fail "four failures ban"

# Two configurations, and lines one by one.
scan -f "$OLD" -f "$NEW" "$LOG" | grep -q "^bans  *0  *1  *+1$" || fail "no difference"
scan -j -f "$OLD" -f "$NEW" "$LOG" | grep -o '"only": [a-z]*' >"$T/out"
[ "$(cat "$T/out")" = '"only": true' ] || fail "only one bans it: $(cat "$T/out")"
scan --explain -f "$NEW" - <"$LOG" | cut -f 1,2,4,6 >"$T/out"
printf '%s\n' \
    "1	failure	198.51.100.1	counted: 1 of 3" \
    "2	failure	198.51.100.1	counted: 2 of 3" \
    "3	failure	198.51.100.1	bans: 198.51.100.1" \
    "4	failure	198.51.100.1	stopped: 198.51.100.1" >"$T/want"
cmp -s "$T/out" "$T/want" || fail "explain: $(cat "$T/out")"

# Progress, on a terminal and only there, and nothing of it stays.
(failures 3 198.51.100.2 60; sleep 1.3; for _ in 1 2 3 4 5; do failures 1000 198.51.100.2 60; done) |
    script -qec "TERM=xterm '$STAGE/bin/smtpbanctl' scan --summary -" /dev/null >"$T/out" 2>&1 ||
    fail "scan on a terminal"
grep -q "lines/s" "$T/out" || fail "no progress: $(cat "$T/out")"

# Whom the daemon bans when it reads the same.
net_up
conf "threshold 4 within 1d" "network inet 26 after 3 hosts" "prefix inet6 64"
{
	failures 4 198.51.100.11 600
	failures 3 198.51.100.12 500
	for host in 1 2 3; do failures 4 203.0.113.$host 400; done
	failures 9 203.0.113.33 300
	failures 2 2001:db8:bad:7::1 200
	failures 2 2001:db8:bad:7::2 200
	failures 9 10.1.2.3 100
} >"$LOG"
rm "$T"/mail.log.*
start
banned 198.51.100.11
banned 203.0.113.0/26
banned 2001:db8:bad:7::/64
settle
ctl -q bans | cut -d ' ' -f 1 | sort >"$T/daemon"
scan -q -f "$CONF" "$LOG" | grep -v " in " | cut -d ' ' -f 1 | sort >"$T/scan"
cmp -s "$T/daemon" "$T/scan" || fail "$(diff "$T/daemon" "$T/scan")"
stop
