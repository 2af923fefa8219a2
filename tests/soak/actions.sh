# What mail hosts and their administrators do every day.
# shellcheck shell=sh
# Sourced by run.sh after lib.sh; they share their variables.
# shellcheck disable=SC2034,SC2154,SC2119,SC2120

# lines N ADDRESS: so many failed logins.
lines()
{
	stamp=$(ago 0)
	n=$1
	while [ "$n" -gt 0 ]; do
		echo "$stamp mx1 postfix/smtpd[$((4000 + n))]: warning:" \
		    "unknown[$2]: SASL LOGIN authentication failed: UGFzc3dvcmQ6"
		n=$((n - 1))
	done
}

# attack: an attacker goes over the threshold.
attack()
{
	pick
	say "attack of $A"
	mono
	lines 5 "$A" >>"$LOG"
	model auto "$P" "$NOW"
}

attacks()
{
	rnd 6
	many=$((R + 1))
	while [ "$many" -gt 0 ]; do
		attack
		many=$((many - 1))
	done
}

# A network that holds some of them, or one of them.
pick_network()
{
	pick
	rnd 3
	[ "$R" = 0 ] || return 0
	rnd 15
	case $P in
	*:*)	rnd 200
		P=$(printf '2001:db8:bad:%x0::/60' $((R + 1))) ;;
	*)	P=198.51.100.$((R * 16))/28 ;;
	esac
}

by_hand()
{
	pick_network
	rnd 4
	case $R in
	0) long="" seconds=0 ;;
	1) long="for ever" seconds=-1 ;;
	*) rnd 80; seconds=$((R + 15)); long="for ${seconds}s" ;;
	esac
	say "ban $P $long"
	mono
	at=$NOW
	# shellcheck disable=SC2086
	if ctl ban "$P" $long >"$T/out" 2>&1; then
		mono
		model ban "$P" "$at" "$NOW" "$seconds"
	else
		cat "$T/out"
		fail "ban $P $long"
	fi
}

# One that the model has, or had.
pick_known()
{
	known=$(grep -c '^auto\|^ban' "$T/soak/model")
	[ "$known" -gt 0 ] || { pick; return; }
	recent=$known
	[ "$recent" -le 60 ] || recent=60
	rnd "$recent"
	P=$(grep '^auto\|^ban' "$T/soak/model" | tail -n $((R + 1)) | head -1 |
	    cut -d' ' -f2)
}

release()
{
	pick_known
	rnd 3
	seconds=0 allow=
	if [ "$R" = 0 ]; then
		rnd 30
		seconds=$((R + 5))
		allow="allow ${seconds}s"
	fi
	say "unban $P $allow"
	mono
	at=$NOW
	# shellcheck disable=SC2086
	if ctl unban "$P" $allow >"$T/out" 2>&1 ||
	    grep -q "not banned" "$T/out"; then
		mono
		model end "$P" "$at" "$NOW" "$seconds"
	else
		cat "$T/out"
		fail "unban $P $allow"
	fi
}

flush()
{
	say "flush"
	check "flush" ctl flush
	mono
	model flush "$NOW"
}

expire()
{
	say "expire"
	check "expire" ctl expire
}

reload_well()
{
	rnd 2
	say "reload $R"
	write_conf "limit offenders $((R * 1000 + 5000))"
	check "reload" ctl reload
}

reload_badly()
{
	say "reload of a file with errors"
	echo "nonsense" >>"$CONF"
	refuse "an error is taken" ctl reload
	grep -q 'smtpban.conf:[0-9]*: ' "$T/out" || fail "$(cat "$T/out")"
	is_wrong "configuration not taken" ||
	    fail "status does not tell: $(head -3 "$T/out")"
	write_conf
	rnd 2
	if [ "$R" = 0 ]; then
		kill -HUP "$DAEMON"
	else
		check "reload" ctl reload
	fi
	mono
	model reload "$NOW"
}

# Half of the failures before, half after.
rotate()
{
	pick
	rnd 4
	how=$R
	say "rotate $how, attack of $A"
	mono
	lines 2 "$A" >>"$LOG"
	case $how in
	0)	mv "$LOG" "$LOG.1" && : >"$LOG" ;;
	1)	within 20 quiet
		cp "$LOG" "$LOG.1" && : >"$LOG" ;;
	2)	exec 7>>"$LOG"
		mv "$LOG" "$LOG.1"
		lines 1 "$A" >&7
		exec 7>&-
		: >"$LOG" ;;
	3)	mv "$LOG" "$LOG.1"
		sleep 0.2 ;; # and it is missing for a while
	esac
	lines 3 "$A" >>"$LOG"
	model auto "$P" "$NOW"
}

# Much that means nothing, and attackers in it.
burst()
{
	rnd 4000
	many=$((R + 1000))
	say "burst of $many lines"
	yes "$(ago 0) mx1 postfix/smtpd[99]: connect from mail.example.org[192.0.2.77]" |
	    head -n "$many" >>"$LOG"
	attacks
	yes "$(ago 0) mx1 postfix/qmgr[98]: 4F8A2C01: removed" |
	    head -n "$many" >>"$LOG"
}

# Lines that a client wrote, or of those who are never banned.
forge()
{
	rnd 30
	innocent=203.0.113.$((R + 225))
	say "forged lines with $innocent"
	stamp="$(ago 0) mx1 postfix/smtpd[77]:"
	for i in 1 2 3 4 5 6; do
		cat <<-EOT
			$stamp NOQUEUE: reject: RCPT from unknown[203.0.113.201]: 554 5.7.1 <a$i@example.org>: Relay access denied; from=<warning: unknown[$innocent]: SASL LOGIN authentication failed: x> to=<a$i@example.org> proto=ESMTP helo=<unknown[$innocent]: SASL LOGIN authentication failed: x>
			$stamp warning: unknown[203.0.113.202]: SASL LOGIN authentication failed: unknown[$innocent]: SASL LOGIN authentication failed: x
			$stamp lost connection after AUTH from unknown[2001:db8:bad:e000::1]
			$(ago 0) unknown[$innocent]: SASL LOGIN authentication failed: x
		EOT
	done >>"$LOG"
	for a in 203.0.113.203 192.0.2.25 192.0.2.1 127.0.0.1 2001:db8:25::25 \
	    2001:db8:25::1 2001:db8:bad:e001::1; do
		lines 6 "$a"
	done >>"$LOG"
}

# Who failed four times has not gone too far.
clumsy()
{
	FRESH_INNOCENT=$((${FRESH_INNOCENT:-0} + 1))
	A=$(printf '2001:db8:bad:%x::1' $((61440 + FRESH_INNOCENT)))
	say "four failures of $A"
	lines 4 "$A" >>"$LOG"
}

look()
{
	pick_known
	say "look at $P"
	for what in bans offenders accounts report; do
		check "$what" ctl $what
	done
	ctl check "$P" >"$T/out" 2>&1
	[ $? -le 1 ] || fail "check $P: $(cat "$T/out")"
}

idle()
{
	rnd 40
	say "nothing for $((R + 5)) tenths of a second"
	sleep "$(((R + 5) / 10)).$(((R + 5) % 10))"
}

# A third of the time nothing ends, so that what grows has time to.
next_step()
{
	rnd 100
	calm=$(((NOW - BEGAN) * 3 / (END - BEGAN)))
	if [ "$calm" = 1 ] && [ "$R" -ge 80 ]; then
		rnd 80
	fi
	if [ "$R" -lt 22 ]; then attacks
	elif [ "$R" -lt 32 ]; then by_hand
	elif [ "$R" -lt 41 ]; then release
	elif [ "$R" -lt 43 ]; then flush
	elif [ "$R" -lt 44 ]; then expire
	elif [ "$R" -lt 46 ]; then reload_well
	elif [ "$R" -lt 48 ]; then reload_badly
	elif [ "$R" -lt 54 ]; then rotate
	elif [ "$R" -lt 57 ]; then burst
	elif [ "$R" -lt 60 ]; then forge
	elif [ "$R" -lt 62 ]; then clumsy
	elif [ "$R" -lt 64 ]; then look
	elif [ "$R" -lt 68 ]; then idle
	elif [ "$R" -lt 73 ]; then routes_go
	elif [ "$R" -lt 76 ]; then foreign
	elif [ "$R" -lt 80 ]; then pause
	elif [ "$R" -lt 87 ]; then die
	elif [ "$R" -lt 92 ]; then die_busy
	elif [ "$R" -lt 95 ]; then disk_full
	elif [ "$R" -lt 97 ]; then log_missing
	elif [ "$R" -lt 100 ]; then clock_set
	fi
}
