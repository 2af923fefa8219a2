#!/bin/sh
# A clock that is wrong when smtpband starts: in 1970, or years ahead; it is
# corrected later, or never.  Restarts in the midst of it.
set -u
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/clock.sh
. "$(dirname "$0")/clock.sh"

DAY=86400 YEAR=31536000
passed=0
BOOT1970=1000000 # some days of 1970: in the first one stamps are no times

# reboot TIME: the daemon is gone, and with it the routes; the clock says that.
reboot()
{
	kill -9 "$DAEMON" "$(parser_pid)"
	wait "$DAEMON" 2>/dev/null
	ip -n "$S" route flush proto 83
	right=$(($1 - $(now)))
	set_clock "=$1"
	start
}

net_up
conf "ban for 7d" "ban repeat double up to 7d" "remember 30d"
start
for i in 1 2 3 4 5 6; do
	check "ban by hand" ctl ban "198.51.100.$i"
done
check "ban by hand" ctl ban 198.51.100.7 for 4w
check "ban by hand" ctl ban 198.51.100.8
check "unban" ctl unban 198.51.100.8
failures 4 198.51.100.20 >>"$LOG"
failures 5 198.51.100.21 >>"$LOG"
banned 198.51.100.21
only 8

# all_eight WHEN: what was banned is banned for as long as it was.
all_eight()
{
	only 8
	for i in 1 2 3 4 5 6 21; do
		lasts "198.51.100.$i" $((7 * DAY - passed)) "$1"
	done
	lasts 198.51.100.7 $((28 * DAY - passed)) "$1"
	consistent "$1"
}

# banned_now ADDRESS WHEN: at the fifth failure, for seven days.
banned_now()
{
	failures 4 "$1" >>"$LOG"
	settle
	not_routed "$1" || fail "$1 is banned after 4 failures, $2"
	failures 1 "$1" >>"$LOG"
	wait_for 5 routed "$1" || fail "$1 is not banned, $2"
	lasts "$1" $((7 * DAY)) "$2"
}

# 1970, a restart, and the time from the network.  Old lines of the log are
# from the future now, or from no year: they ban nobody.
reboot $BOOT1970
settle
only 8
banned_now 198.51.100.30 "in 1970"
banned_now 198.51.100.8 "again, in 1970"
stop
start
only 10
settle
jump "+$((-right))"
lasts 198.51.100.30 $((7 * DAY)) "corrected"
lasts 198.51.100.8 $((7 * DAY)) "corrected"
check "unban" ctl unban 198.51.100.30
check "unban" ctl unban 198.51.100.8
all_eight "corrected from 1970"
stop
start
all_eight "corrected from 1970 and started again"
banned_now 198.51.100.31 "corrected from 1970"
check "unban" ctl unban 198.51.100.31

# Five years ahead: all is over, and yet nothing is released while the clock
# may be corrected.
reboot $(($(now) + 5 * YEAR))
sleep 0.5
only 8
banned_now 198.51.100.32 "years ahead"
stop
start
sleep 0.5
only 9
consistent "years ahead"
jump "-$right"
lasts 198.51.100.32 $((7 * DAY)) "corrected"
check "unban" ctl unban 198.51.100.32
all_eight "corrected from years ahead"
set_clock pass 600
passed=600
sleep 0.5
all_eight "ten minutes later"
stop
start
all_eight "corrected from years ahead and started again"

# 1970, and no clock ever: after a day that is the time, and bans go on.
reboot $BOOT1970
banned_now 198.51.100.33 "in 1970 for good"
set_clock pass $((DAY - 60))
sleep 0.5
grep -q "taken as right" "$T/daemon.log" && fail "taken as right too early"
set_clock pass 120
wait_for 5 grep -q "taken as right" "$T/daemon.log" ||
    fail "the clock is never taken as right"
check "unban" ctl unban 198.51.100.33
passed=0 # since the last that is known of the true time
all_eight "a day after 1970"
stop
start
all_eight "a day after 1970 and started again"
set_clock pass $((7 * DAY + 60))
wait_for 5 not_routed 198.51.100.1 || fail "a ban for ever in 1970"
sleep 0.5
only 1
set_clock pass $((21 * DAY))
wait_for 5 not_routed 198.51.100.7 || fail "a ban for ever in 1970"
banned_now 198.51.100.8 "again, weeks after 1970"
check "unban" ctl unban 198.51.100.8

# Off for a month: what was over is released ten minutes after the start, or
# at once by hand.
for i in 1 2 3 4 5 6; do
	check "ban by hand" ctl ban "198.51.100.$i" for 1d
done
reboot $(($(now) + 30 * DAY))
sleep 0.5
only 6
set_clock pass 590
sleep 0.5
only 6
set_clock pass 20
wait_for 5 not_routed 198.51.100.6 || fail "not released in ten minutes"
only 0
for i in 1 2 3 4 5 6; do
	check "ban by hand" ctl ban "198.51.100.$i" for 1d
done
reboot $(($(now) + 30 * DAY))
only 6
check "expire" ctl expire
only 0
stop
