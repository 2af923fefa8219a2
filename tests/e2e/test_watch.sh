# smtpbanctl watch and the last lines in check: an attack seen as it happens, by
# who reads slowly as well, and never at the cost of a ban.
. "$(dirname "$0")/lib.sh"
net_up
conf 'whitelist { 203.0.113.0/24 }'
start
WATCHERS=
# watch FILE [OPTION]: in the background, until it is attached; its id in PID.
watch()
{
	file=$1
	shift
	nsenter --net="/run/netns/$S" "$STAGE/bin/smtpbanctl" -s "$SOCK" "$@" \
	    watch >"$file" 2>"$file.err" &
	WATCHER=$!
	WATCHERS="$WATCHERS $WATCHER"
	wait_for 10 grep -q watching "$file" "$file.err" ||
	    fail "watch does not begin: $(cat "$file.err")"
}
# seen FILE TEXT: a line of it, as a basic regular expression.
seen()
{
	wait_for 5 grep -q "$2" "$1" ||
	    fail "watch does not show $2: $(cat "$1" "$1.err")"
}

watch "$T/text"
watch "$T/json" -j
{
	bad_logins 4 198.51.100.7 alice
	bad_logins 1 203.0.113.7 "$(printf 'b\033[2Jb')"
	bad_logins 1 198.51.100.8 carol
	login_line 198.51.100.8 carol
} >>"$LOG"
seen "$T/text" ' failure  198.51.100.7    auth 4/5 user alice$'
seen "$T/text" ' spared   203.0.113.7     auth (whitelisted) user b\\x1b\[2Jb$'
seen "$T/text" ' login    198.51.100.8    after 1 failure user carol$'
[ "$(grep -c 198.51.100.7 "$T/text")" = 4 ] || fail "not a line each: $(cat "$T/text")"
bad_logins 1 198.51.100.7 alice >>"$LOG"
seen "$T/text" ' failure  198.51.100.7    auth 5/5 user alice$'
seen "$T/text" ' banned   198.51.100.7    auth 5, until '
check "unban" ctl unban 198.51.100.7
seen "$T/text" ' released 198.51.100.7$'
failures 5 192.0.2.25 >>"$LOG"
seen "$T/text" ' refused  192.0.2.25      '
seen "$T/json" '"event": "failure", "prefix": "198.51.100.7", "category": "auth", "count": 4, "threshold": 5, "user": "alice"'
seen "$T/json" '"event": "banned", "prefix": "198.51.100.7", "category": "auth", "count": 5, "strikes": 1, "expires": "'
seen "$T/json" '"event": "released", "prefix": "198.51.100.7"'
grep -q "$(printf '\033')" "$T/text" "$T/json" && fail "a control byte is printed raw"
awk 'length > 80 { exit 1 }' "$T/text" || fail "over 80 columns: $(cat "$T/text")"

# One whose reader has gone ends without waiting for what happens next, and a
# disk that is full is an error.
mkfifo "$T/pipe"
timeout --foreground 60 nsenter --net="/run/netns/$S" "$STAGE/bin/smtpbanctl" \
    -s "$SOCK" watch >"$T/pipe" 2>"$T/piped.err" &
PIPED=$!
head -n 1 "$T/pipe" >"$T/head"
grep -q watching "$T/head" || fail "through a pipe: $(cat "$T/head" "$T/piped.err")"
wait "$PIPED" || fail "$? when nobody reads: $(cat "$T/piped.err")"
nsenter --net="/run/netns/$S" "$STAGE/bin/smtpbanctl" -s "$SOCK" watch \
    >/dev/full 2>"$T/full.err" && fail "a full disk is no error"
grep -q 'standard output: No space left' "$T/full.err" || fail "full: $(cat "$T/full.err")"

# Who leaves gives his place back; eight have one, the ninth is told.
for id in $WATCHERS; do kill "$id"; done
WATCHERS=
for n in 1 2 3 4 5 6 7 8; do
	watch "$T/w$n"
done
SLOW=$WATCHER
refuse "a ninth watcher" timeout --foreground 60 nsenter \
    --net="/run/netns/$S" "$STAGE/bin/smtpbanctl" -s "$SOCK" watch
grep -q "^smtpbanctl: watch: refused: too many watch already" "$T/out" || fail "the ninth: $(cat "$T/out")"

# One of them does not read: he loses most of a hundred thousand failures and
# is told of it, and all are banned as ever.
kill -STOP "$SLOW"
awk -v t="$(ago 0)" 'BEGIN {
	for (r = 0; r < 5; r++)
		for (i = 0; i < 20000; i++)
			printf "%s mx1 postfix/smtpd[%d]: warning: unknown[2001:db8:%x:%x::1]: SASL LOGIN authentication failed: UGFzc3dvcmQ6\n", t, i, 4096 + i / 256, i % 256
}' >"$T/burst"
cat "$T/burst" >>"$LOG"
all_banned()
{
	[ "$(ip -n "$S" -6 route show proto 83 | wc -l)" = 20000 ]
}
wait_for 90 all_banned || fail "$(ip -n "$S" -6 route show proto 83 | wc -l) of 20000 are banned"
check "nobody else is kept out" ctl status
refuse "he reads" grep -q " lost " "$T/w8"
kill -CONT "$SLOW"
seen "$T/w8" ' lost     *[0-9]* events: they came faster than they were read$'
wait_for 5 sh -c "[ \$(awk '/ lost / { n += \$4 } / failure | banned / { n++ } END { print n }' '$T/w8') = 120000 ]" ||
    fail "events and losses are not 120000: $(awk '/ lost / { n += $4 } / failure | banned / { n++ } END { print n }' "$T/w8")"
if [ -z "${SANITIZED:-}" ]; then
	kib=$(awk '/^VmHWM/ { print $2 }' "/proc/$(parser_pid)/status")
	echo "    smtpban-parser: peak $kib KiB"
	[ "$kib" -lt 65536 ] || fail "memory: $kib KiB"
fi

# The lines that led to a ban, hostile ones without their teeth.
{
	bad_logins 12 198.51.100.9 "$(printf 'b\033[2Jb')"
	bad_logins 1 198.51.100.10 "$(printf '%0600d' 0)"
} >>"$LOG"
banned 198.51.100.9
ctl check 198.51.100.9 >"$T/check"
evidence()
{
	[ "$(ctl check 198.51.100.9 | grep -c 'sasl_username=b.x1b\[2Jb')" -ge 5 ]
}
evidence || fail "check shows no lines: $(cat "$T/check")"
grep -q "last lines in $LOG" "$T/check" || fail "check names no log: $(cat "$T/check")"
grep -q "$(printf '\033')" "$T/check" && fail "a control byte is printed raw"
ctl check 198.51.100.10 | awk 'length > 80 { exit 1 }' || fail "over 80 columns: $(ctl check 198.51.100.10)"
ctl -j check 198.51.100.9 | grep -Eq '"lines": \[.*"category": "auth", "log": "[^"]*", "line": ".*sasl_username=b\\u001b\[2Jb", "cut": false' ||
    fail "JSON: $(ctl -j check 198.51.100.9)"

# All watchers are told that the daemon ends; the log brings the lines back.
stop
for id in $WATCHERS; do
	wait "$id" && fail "a watcher ends as if all were well"
done
grep -q "^smtpbanctl: watch: smtpband closed the connection" "$T/w1.err" || fail "the end: $(cat "$T/w1.err")"
start
settle
evidence || fail "after a restart: $(ctl check 198.51.100.9)"
stop
