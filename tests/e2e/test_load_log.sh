#!/bin/sh
# A million lines at once, over rotations of every kind and while the reader
# lags or stands still: each is counted once, and who was to be banned is.
. "$(dirname "$0")/lib.sh"
net_up
conf
start

# number KEY: of status, as JSON.
number()
{
	ctl -j status | tr -d ' \n' | sed "s/.*\"$1\":\([0-9]*\).*/\1/"
}
# counted LINES FAILURES: that, and nothing is left to read.
counted()
{
	[ "$(number behind)" = 0 ] && [ "$(number lines)" = "$1" ] &&
	    [ "$(number auth)" = "$2" ]
}
expect()
{
	wait_for "$1" counted "$2" "$3" || fail "$4: not $2 lines and $3 failures: $(ctl -j status)"
}
# some PART LINES: of these one in ten is a failure, each of another host.
some()
{
	awk -v t="$(ago 0)" -v part="$1" -v n="$2" 'BEGIN {
		for (i = 0; i < n; i++) {
			if (i % 10 != 0) {
				printf "%s mx1 postfix/qmgr[77]: 4D%06dX: from=<a@example.org>, size=%d, nrcpt=1 (queue active)\n", t, i, part
				continue
			}
			k = i / 10
			printf "%s mx1 postfix/smtpd[%d]: warning: unknown[2001:db8:%x:%x::1]: SASL LOGIN authentication failed: UGFzc3dvcmQ6\n", t, i, 4096 + k / 256, k % 256
		}
	}'
}
# shift_files: the rotated ones are one older each.
shift_files()
{
	for age in 8 7 6 5 4 3 2 1; do
		[ ! -e "$LOG.$age" ] || mv "$LOG.$age" "$LOG.$((age + 1))"
	done
}
# rotate: a new file; copytruncate: the same one, emptied.
rotate()
{
	shift_files
	mv "$LOG" "$LOG.1"
	: >"$LOG"
}
copytruncate()
{
	shift_files
	cp "$LOG" "$LOG.1"
	: >"$LOG"
}

# Four times 25,000 hosts in 250,000 lines each: nobody is banned by that.
some 1 250000 >"$T/part"
cat "$T/part" >>"$LOG"
rotate
cat "$T/part" >>"$LOG"
rotate
cat "$T/part" >>"$LOG"
rotate
cat "$T/part" >>"$LOG"
echo "    $(number behind) bytes behind"
expect 60 1000000 100000 "a million lines over three rotations"
[ "$(ip -n "$S" -6 route show proto 83 | wc -l)" = 0 ] || fail "banned too early"
# The fifth of 1,000 of them: they and no others are banned.
some 2 10000 >>"$LOG"
expect 30 1010000 101000 "the fifth failures"
all_banned()
{
	[ "$(ip -n "$S" -6 route show proto 83 | wc -l)" = 1000 ]
}
wait_for 20 all_banned || fail "not the 1,000 are banned"
rm "$LOG".*

# The reader stands still, while the log is rotated up to three times.
lines=1010000 failures=101000
parser=$(parser_pid)
host=20
for kind in rotate copytruncate; do
	for times in 1 2 3; do
		failures 1 "198.51.100.$host" >>"$LOG"
		settle
		kill -STOP "$parser"
		left=$times
		while [ "$left" -gt 0 ]; do
			failures 1 "198.51.100.$host" >>"$LOG"
			$kind
			left=$((left - 1))
		done
		failures $((4 - times)) "198.51.100.$host" >>"$LOG"
		kill -CONT "$parser"
		lines=$((lines + 5)) failures=$((failures + 5))
		expect 20 "$lines" "$failures" "$kind $times times"
		banned "198.51.100.$host"
		host=$((host + 1))
		rm -f "$LOG".*
	done
done

# What is cut off unread is gone; what comes after it is read.
kill -STOP "$parser"
failures 3 "198.51.100.$host" >>"$LOG"
truncate -s 0 "$LOG"
failures 4 "198.51.100.$host" >>"$LOG"
kill -CONT "$parser"
expect 20 $((lines + 4)) $((failures + 4)) "truncate"
not_routed "198.51.100.$host" || fail "counted twice"
stop

# The enforcer takes 200 requests a second: 5,000 bans keep the parser from
# reading, and what it has not read shows, in whatever file it is by then.
rm -f "$LOG" "$T"/bans.db*
conf "limit requests 200"
start
some 3 50000 >"$T/part"
cat "$T/part" "$T/part" "$T/part" "$T/part" "$T/part" >>"$LOG"
lags()
{
	[ "$(ip -n "$S" -6 route show proto 83 | wc -l)" -gt 100 ] &&
	    [ "$(number behind)" -gt 0 ]
}
wait_for 20 lags || fail "it does not lag"
before=$(number behind)
bytes=0
for part in 1 2 3; do
	some "4$part" 1000 >"$T/more"
	bytes=$((bytes + $(wc -c <"$T/more")))
	cat "$T/more" >>"$LOG"
	rotate
done
failures 5 198.51.100.99 >>"$LOG"
after=$(number behind)
echo "    $before bytes behind, with $bytes more $after"
[ "$after" -ge "$bytes" ] && [ "$after" -le $((before + bytes + 1000)) ] ||
    fail "the lag is not what is unread"
banned_now()
{
	[ "$(ip -n "$S" -6 route show proto 83 | wc -l)" = 5000 ] &&
	    counted 253005 25305
}
wait_for 80 banned_now ||
    fail "$(ip -n "$S" -6 route show proto 83 | wc -l) of 5000: $(ctl -j status)"
banned 198.51.100.99
stop
