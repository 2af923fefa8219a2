# What goes wrong.
# shellcheck shell=sh
# Sourced by run.sh after lib.sh; they share their variables.
# shellcheck disable=SC2034,SC2154,SC2119,SC2120

# Other programs take our routes.
routes_go()
{
	rnd 4
	say "routes go $R"
	case $R in
	0)	ip -n "$S" route flush proto 83 ;;
	1)	ip -n "$S" -6 route flush proto 83 ;;
	2)	one=$(head -1 "$T/soak/routes")
		[ -z "$one" ] || ip -n "$S" route del "$one" proto 83 ;;
	3)	ip -n "$S" link set lo down
		ip -n "$S" link set lo up ;;
	esac
}

# A blackhole of the administrator's own, where an attacker is banned later.
foreign()
{
	rnd 8
	P=203.0.113.$((R + 208))
	case " $FOREIGN " in
	*" $P "*)
		say "the foreign route of $P goes"
		ip -n "$S" route del blackhole "$P" proto static ||
		    fail "the foreign route of $P is not there"
		FOREIGN=$(echo "$FOREIGN" | sed "s/ $P\>//")
		check "reload" ctl reload
		mono
		model reload "$NOW"
		return ;;
	esac
	if grep -qsx "$P" "$T/soak/routes"; then
		return
	fi
	say "a foreign route of $P, and an attack"
	ip -n "$S" route add blackhole "$P" proto static || return
	FOREIGN="$FOREIGN $P"
	mono
	lines 5 "$P" >>"$LOG"
	model auto "$P" "$NOW"
}

# One of the processes stands still for a moment.
pause()
{
	rnd 2
	stopped=$PARSER
	[ "$R" = 0 ] || stopped=$DAEMON
	rnd 15
	say "$stopped stops for $R tenths"
	kill -STOP "$stopped"
	attacks_in=$R
	pick
	mono
	lines 5 "$A" >>"$LOG"
	model auto "$P" "$NOW"
	sleep "$((attacks_in / 10)).$((attacks_in % 10))"
	kill -CONT "$stopped"
}

gone()
{
	! kill -0 "$PARSER" 2>/dev/null
}

# end_daemon HOW: both processes end; the routes stay.
end_daemon()
{
	KILLS=$((KILLS + 1))
	{
		case $1 in
		parser)	kill -9 "$PARSER" ;;
		both)	kill -9 "$DAEMON" "$PARSER" ;;
		enforcer) kill -9 "$DAEMON" ;;
		term)	kill -TERM "$DAEMON" ;;
		esac
		wait "$DAEMON"
		ended=$?
	} 2>/dev/null
	case $1:$ended in
	term:0 | parser:1 | both:137 | enforcer:137) ;;
	*) fail "$1 killed: smtpband ends with $ended" ;;
	esac
	DAEMON=
	wait_for 10 gone || fail "the parser outlives smtpband"
}

pick_end()
{
	rnd 4
	case $R in
	0) how=parser ;;
	1) how=enforcer ;;
	2) how=both ;;
	3) how=term ;;
	esac
}

routes_now()
{
	ip -n "$S" route show proto 83 | wc -l
	ip -n "$S" -6 route show proto 83 | wc -l
}

# It ends, perhaps before it has read all; perhaps the log goes on meanwhile.
die()
{
	pick_end
	say "end by $how"
	rnd 2
	[ "$R" = 0 ] || attack
	end_daemon "$how"
	routes=$(routes_now)
	rnd 3
	[ "$R" = 0 ] || attack
	rnd 4
	[ "$R" != 0 ] || { mv "$LOG" "$LOG.1"; : >"$LOG"; }
	[ "$(routes_now)" = "$routes" ] || fail "routes went with smtpband"
	daemon_up
}

# busy: bans and releases by hand, until one is not done.
busy()
{
	n=0
	while [ $n -lt 40 ]; do
		n=$((n + 1))
		FRESH=$((FRESH + 1))
		P=$(printf '2001:db8:bad:%x::/64' $((4096 + FRESH)))
		mono
		at=$NOW
		if ! ctl ban "$P" for 60s >/dev/null 2>&1; then
			echo "maybe $P $at 60"
			return
		fi
		mono
		echo "ban $P $at $NOW 60"
		[ $((n % 3)) = 0 ] || continue
		at=$NOW
		if ! ctl unban "$P" >/dev/null 2>&1; then
			echo "mayend $P $at"
			return
		fi
		mono
		echo "end $P $at $NOW 0"
	done
}

# It ends in the middle of them: what was acknowledged holds.
die_busy()
{
	pick_end
	rnd 9
	say "end by $how while bans are made, after $R tenths"
	after=0.$R
	busy >"$T/soak/busy" &
	asker=$!
	sleep "$after"
	end_daemon "$how"
	wait "$asker"
	cat "$T/soak/busy" >>"$T/soak/model"
	FRESH=$((FRESH + 41))
	daemon_up
}

full_and_agree()
{
	agree -l
}

# No room for the ledger; then there is, or it is killed before.
disk_full()
{
	say "the disk is full"
	dd if=/dev/zero of="$T/disk/fill" bs=4k 2>/dev/null
	rm -f "$T/soak/busy"
	rnd 3
	if [ "$R" != 0 ]; then
		say "started on a full disk" # what it writes first needs room
		end_daemon enforcer
		daemon_up
	fi
	rnd 2
	killed=$R
	many=8
	while [ "$many" -gt 0 ]; do
		many=$((many - 1))
		pick_fresh
		mono
		at=$NOW
		if ctl ban "$P" for 60s >"$T/out" 2>&1; then
			mono
			model ban "$P" "$at" "$NOW" 60
		else
			grep -q "in force, but not written" "$T/out" ||
			    fail "ban on a full disk: $(cat "$T/out")"
			echo "$P $at" >>"$T/soak/busy"
			mono
			model ban "$P" "$at" "$NOW" 60
		fi
	done
	attack
	within "$PATIENCE" full_and_agree || {
		head "$T/soak/differs"
		fail "not consistent on a full disk"
	}
	mono
	model settled "$NOW"
	if [ -e "$T/soak/busy" ]; then
		is_wrong "ledger not written" ||
		    fail "a full disk is not told: $(head -3 "$T/out")"
	fi
	if [ "$killed" = 1 ]; then
		say "killed on a full disk"
		end_daemon both
		# What was answered "not written" may be lost now.
		[ ! -e "$T/soak/busy" ] ||
		    sed 's/^/mayend /' "$T/soak/busy" >>"$T/soak/model"
	fi
	rm "$T/disk/fill"
	patience=$LONG
	[ "$killed" = 0 ] || daemon_up
}

log_missing()
{
	say "the log is missing"
	within 20 quiet
	mv "$LOG" "$LOG.1"
	within 10 is_wrong "log" ||
	    fail "a missing log is not told: $(head -3 "$T/out")"
	pick
	mono
	lines 5 "$A" >"$T/new.log"
	model auto "$P" "$NOW"
	mv "$T/new.log" "$LOG"
	patience=$LONG
}

# The clock is set, or the host has slept.
clock_set()
{
	if [ "${CLOCK:-}" != yes ]; then
		attacks
		return
	fi
	rnd 6
	case $R in
	0) change=+$((3600 * 7)) ;;
	1) change=-5400 ;;
	2) change=+31536000 ;;
	3) change=-86400 ;;
	*)	say "the host sleeps for 20 s"
		set_clock asleep 20
		mono
		model shift "$NOW" 20
		attacks
		return ;;
	esac
	say "the clock is set by $change"
	within 20 quiet
	# Of lines from another time nobody knows what they mean in a replay.
	rm -f "$LOG.1"
	: >"$LOG"
	within 20 quiet
	jump "$change"
	mono
	model jump "$NOW"
	attacks
}
