# A daemon whose clock a test sets: tests/clock/clock_file.h.  Sourced after
# lib.sh, whose log lines then bear the time of that clock.
# shellcheck shell=sh

TEST_BEGAN=$(date +%s) # by the host's clock, which nobody sets here
SET_CLOCK=$STAGE/../tests/clock/set-clock
cp -r "$STAGE/../tests/clock/stage" "$T/stage"
STAGE=$T/stage

# set_clock CHANGE: what it may be is told in tests/clock/set_clock.c.
set_clock()
{
	"$SET_CLOCK" "$STAGE/clock" "$@" || fail "set-clock $*"
}
set_clock +0

# now: of the daemon.
now()
{
	set_clock show
}

# jump CHANGE: set it, and wait until smtpband has noticed.
jump()
{
	said=$(jumps)
	set_clock "$1"
	wait_for 5 has_jumped || fail "set-clock $1 is not noticed"
}
jumps()
{
	grep -c "the clock was set by" "$T/daemon.log"
}
has_jumped()
{
	[ "$(jumps)" -gt "$said" ]
}

ago()
{
	LC_ALL=C date -d "@$(($(now) - $1))" '+%b %e %H:%M:%S'
}

# field NAME FILE: of the first object in it.
field()
{
	tr ',{' '\n\n' <"$2" | sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" |
	    head -1
}

# age NAME FILE: seconds since the time of that field.
age()
{
	at=$(field "$1" "$2")
	[ -n "$at" ] || fail "no $1"
	echo $(($(now) - $(date -d "$at" +%s)))
}

# slack SECONDS: and what the test has taken so far, on a machine that is busy.
slack()
{
	echo $(($1 + $(date +%s) - TEST_BEGAN))
}

# recent NAME FILE WHEN: that was within the last minutes, or since we began.
recent()
{
	age=$(age "$1" "$2")
	[ "$age" -ge -1 ] && [ "$age" -le "$(slack 120)" ] || fail "$1: $age s ago, $3"
}

# lasts PREFIX SECONDS WHEN: so long it is still banned, to some minutes.
lasts()
{
	ctl -j check "$1" >"$T/check" || fail "$1 is not banned, $3"
	left=$((-$(age expires "$T/check")))
	[ "$left" -le "$2" ] && [ "$left" -ge $(($2 - $(slack 60))) ] ||
	    fail "$1 is banned for $left s and not for $2 s, $3"
	[ "$(age since "$T/check")" -ge 0 ] || fail "$1 will be banned, $3"
}

# consistent WHEN: routes, and bans as smtpbanctl has them, are the same.
consistent()
{
	ctl -j bans | tr ',' '\n' | sed -n 's/.*"prefix": *"\([^"]*\)".*/\1/p' |
	    sort >"$T/bans"
	{
		shown route show proto 83
		shown -6 route show proto 83
	} | sed -n 's/^blackhole \([^ ]*\) .*/\1/p' | sort >"$T/routes"
	cmp -s "$T/bans" "$T/routes" || fail "bans and routes differ, $1"
}
