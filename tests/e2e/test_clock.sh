#!/bin/sh
# The clock is set while smtpband runs, by hours and by years, forwards and
# backwards; the machine sleeps.  Bans keep what remains of their time, and
# new ones come as ever.
set -u
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/clock.sh
. "$(dirname "$0")/clock.sh"

HOUR=3600 DAY=86400 YEAR=31536000

net_up
conf "ban for 7d" "ban repeat double up to 7d" "remember 30d"
start
failures 5 198.51.100.1 >>"$LOG"
banned 198.51.100.1
check "ban by hand" ctl ban 198.51.100.2 for 2h
check "ban by hand" ctl ban 198.51.100.3
check "unban" ctl unban 198.51.100.3
check "ban by hand" ctl ban 198.51.100.5 for 1h
check "unban" ctl unban 198.51.100.5 allow 10h
only 2

# host I, new client each time: it is banned at its fifth failure.
i=10
newcomer()
{
	i=$((i + 1))
	failures 4 "198.51.100.$i" >>"$LOG"
	settle
	not_routed "198.51.100.$i" || fail "banned after 4 failures, $1"
	failures 1 "198.51.100.$i" >>"$LOG"
	wait_for 5 routed "198.51.100.$i" || fail "a newcomer is not banned, $1"
	check "unban" ctl unban "198.51.100.$i"
}

# back I: who was released is banned again.
back()
{
	failures 5 198.51.100.3 >>"$LOG"
	wait_for 5 routed 198.51.100.3 || fail "not banned again, $1"
	check "unban" ctl unban 198.51.100.3
	failures 5 198.51.100.5 >>"$LOG"
	settle
	not_routed 198.51.100.5 || fail "banned although allowed, $1"
}

# begun I, finished I: what was counted before counts on.
begun()
{
	failures 3 198.51.100.200 >>"$LOG"
	settle
}
finished()
{
	failures 1 198.51.100.200 >>"$LOG"
	settle
	not_routed 198.51.100.200 || fail "banned after 4 failures, $1"
	ctl -j offenders >"$T/offenders"
	recent first "$T/offenders" "$1"
	recent last "$T/offenders" "$1"
	failures 1 198.51.100.200 >>"$LOG"
	wait_for 5 routed 198.51.100.200 || fail "not banned after 5, $1"
	check "unban" ctl unban 198.51.100.200
}

# sane WHEN: what status says of times.
sane()
{
	ctl -j status >"$T/status"
	recent since "$T/status" "$1"
	recent last_line "$T/status" "$1"
}

login_line 198.51.100.201 alice >>"$LOG"
for by in +$((2 * HOUR)) -$((2 * HOUR)) -$((5 * HOUR)) +$((5 * HOUR)) \
    +$((40 * DAY)) -$((40 * DAY)) +$((5 * YEAR)) -$((5 * YEAR)) \
    -$((20 * YEAR)) +$((90 * YEAR)) -$((70 * YEAR)); do
	begun
	jump "$by"
	finished "set by $by"
	bad_logins 30 198.51.100.201 alice >>"$LOG"
	newcomer "set by $by"
	back "set by $by"
	only 2
	lasts 198.51.100.1 $((7 * DAY)) "set by $by"
	lasts 198.51.100.2 $((2 * HOUR)) "set by $by"
	not_routed 198.51.100.201 || fail "it is not known, set by $by"
	consistent "set by $by"
	sane "set by $by"
done

# A restart finds what was moved.
stop
start
only 2
lasts 198.51.100.1 $((7 * DAY)) "started again"
lasts 198.51.100.2 $((2 * HOUR)) "started again"

# Three days of sleep: what is due then is released, and nothing else.
set_clock asleep $((3 * DAY))
wait_for 5 not_routed 198.51.100.2 || fail "not released after a sleep"
sleep 0.5
only 1
lasts 198.51.100.1 $((4 * DAY)) "after a sleep"
newcomer "after a sleep"
stop
