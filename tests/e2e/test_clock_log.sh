#!/bin/sh
# Lines of a log from the far future and the far past, read again and as they
# come; and the hour that comes twice, or never, when daylight saving changes.
set -u
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/clock.sh
. "$(dirname "$0")/clock.sh"

# dated N STAMP ADDRESS: failures with that stamp.
dated()
{
	failures "$1" "$3" | sed "s/^.* mx1/$2 mx1/"
}
FUTURE=2099-06-01T12:00:00+00:00 NEAR=2032-06-01T12:00:00+00:00
PAST=1970-01-02T03:04:05+00:00 YEARS=2019-06-01T12:00:00+00:00

# exactly ADDRESS N WHEN: it is banned with N more failures, not one before.
exactly()
{
	failures $(($2 - 1)) "$1" >>"$LOG"
	settle
	not_routed "$1" || fail "$1 is banned too early, $3"
	failures 1 "$1" >>"$LOG"
	wait_for 5 routed "$1" || fail "$1 is not banned, $3"
}

net_up
conf "threshold 5 within 1h" "ban for 1h"

# A boot in 1970 in the midst of a log hides nothing that is before it.
{
	failures 1 198.51.100.6 $((40 * 86400))
	failures 4 198.51.100.4
} >"$LOG"
dated 1 $PAST 198.51.100.5 >"$T/line"
for _ in 1 2 3 4 5 6 7 8 9 10 11; do
	cat "$T/line" "$T/line" >"$T/lines"
	mv "$T/lines" "$T/line"
done
cat "$T/line" >>"$LOG"
start
settle
exactly 198.51.100.4 1 "a boot in 1970 later"
only 1
check "unban" ctl unban 198.51.100.4
stop

# Read again, they count for nothing; and nothing is older because of them.
for stamp in $FUTURE $NEAR $PAST $YEARS; do
	dated 9 "$stamp" 198.51.100.1
	failures 1 198.51.100.2
done >"$LOG"
dated 9 $FUTURE 198.51.100.3 >>"$LOG"
start
settle
only 0
exactly 198.51.100.2 1 "after a replay"
exactly 198.51.100.1 5 "after a replay"
exactly 198.51.100.3 5 "after a replay"

# As they come, they are of now.
i=10
for stamp in $FUTURE $NEAR $PAST $YEARS; do
	i=$((i + 1))
	dated 1 "$stamp" 198.51.100.$i >>"$LOG"
	exactly 198.51.100.$i 4 "after a live line of $stamp"
	ctl -j check 198.51.100.$i >"$T/check"
	recent since "$T/check" "a live line of $stamp"
	check "unban" ctl unban 198.51.100.$i
	sleep 1.1 # a line of that second may be older than the release
	exactly 198.51.100.$i 5 "again, after $stamp"
	check "unban" ctl unban 198.51.100.$i
done
ctl -j status >"$T/status"
recent last_line "$T/status" "after lines of all times"

# And after a restart they are what they were.
only 3
stop
start
settle
only 3
exactly 198.51.100.14 5 "after a restart"
stop

# Daylight saving ends, and an hour comes twice: no failure is taken for one of
# an hour before or after, as they come and when they are read again.
TZ=CET-1CEST,M3.5.0,M10.5.0/3 # no zone files are needed
export TZ
conf "threshold 5 within 30m" "ban for 1h"

# lines N HOST UTC: the clock goes on to that time, and so many failures come.
lines()
{
	set_clock pass $(($(date -u -d "$day $3" +%s) - $(now)))
	failures "$1" "198.51.100.$2" >>"$LOG"
	settle
}

# begin DAY
begin()
{
	day=$1
	rm -f "$T"/bans.db*
	: >"$LOG"
	ip -n "$S" route flush proto 83
	set_clock "=$(date -u -d "$day 00:00:00" +%s)"
	start
}

begin 2026-10-25
lines 3 51 00:35:00 # 02:35
lines 2 52 00:50:00 # 02:50
lines 2 53 00:50:00
lines 2 52 01:05:00 # 02:05
lines 2 53 01:05:00
only 0
lines 1 52 01:10:00
wait_for 5 routed 198.51.100.52 || fail "not banned over the end of summer"
stop
start
settle
only 1
lines 1 53 01:14:00
wait_for 5 routed 198.51.100.53 || fail "not counted over the end of summer"
lines 2 51 01:36:00 # 02:36, an hour and a minute after 02:35
only 2
stop
start
settle
only 2
grep -q "the clock was set" "$T/daemon.log" && fail "that is no jump"
stop

# It begins: 03:05 is a quarter of an hour after 01:50.
begin 2026-03-29
lines 3 61 00:20:00 # 01:20
lines 2 62 00:50:00 # 01:50
lines 2 63 00:50:00
lines 2 62 01:05:00 # 03:05
lines 2 63 01:05:00
only 0
lines 1 62 01:06:00
wait_for 5 routed 198.51.100.62 || fail "not banned over the begin of summer"
stop
start
settle
only 1
lines 1 63 01:07:00
wait_for 5 routed 198.51.100.63 || fail "not counted over the begin of summer"
lines 2 61 01:25:00
only 2
stop
start
settle
only 2
stop
