# What people look at: 80 columns, aligned, with colour on a terminal alone.
. "$(dirname "$0")/lib.sh"
net_up
conf "threshold 3 within 1d" "prefix inet6 64" "count { auth, relay, probe, protocol, unknown-user, rbl, policy }"
start
failures 3 203.0.113.245 >>"$LOG"
failures 1 203.0.113.246 >>"$LOG"
failures 3 2001:db8:1234:5678:1:2:3:4 >>"$LOG"
failures 2 2001:db8:1234:5679:1:2:3:4 >>"$LOG"
bad_logins 1 203.0.113.246 "$(printf 'a%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40)" >>"$LOG"
{
	printf '%s mx1 postfix/smtpd[4711]: NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 554 5.7.1 <a@example.net>: Relay access denied; from=<b@example.com> to=<a@example.net> proto=ESMTP helo=<x>\n' "$(ago 0)"
	printf '%s mx1 postfix/smtpd[4711]: NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 550 5.1.1 <a@example.org>: Recipient address rejected: User unknown in virtual mailbox table; from=<b@example.com> to=<a@example.org> proto=ESMTP helo=<x>\n' "$(ago 0)"
} >>"$LOG"
banned 203.0.113.245
wait_for 5 routed 2001:db8:1234:5678::/64 || fail "no ban of IPv6"
settle
ctl ban 198.51.100.200 for ever >"$T/out" || fail "ban: $(cat "$T/out")"

# on_terminal COMMAND...: what a terminal gets.
on_terminal()
{
	TERM=xterm script -qec "ip netns exec $S $STAGE/bin/smtpbanctl -s $SOCK $*" /dev/null |
	    tr -d '\r'
}

for command in status bans offenders accounts "check 203.0.113.245" \
    "check 203.0.113.246" report; do
	# shellcheck disable=SC2086 # words
	ctl $command >"$T/plain" || :
	refuse "$command: wider than 80 columns" grep -E '^.{81}' "$T/plain"
	refuse "$command: a control character in a file" \
	    grep -q "$(printf '\033')" "$T/plain"
	grep -qE '[0-9](-[0-9]+)? [0-9:]+ .*(ago|in [0-9]+[smhd]|now)' "$T/plain" ||
	    fail "$command: no time both absolute and relative: $(cat "$T/plain")"
	on_terminal "$command" >"$T/terminal"
	grep -q "$(printf '\033')\[" "$T/terminal" ||
	    fail "$command: no colour: $(cat "$T/terminal")"
	# shellcheck disable=SC2086
	NO_COLOR=1 on_terminal "$command" >"$T/terminal"
	refuse "$command: colour in spite of NO_COLOR" \
	    grep -q "$(printf '\033')" "$T/terminal"
done

# Each event has one line, whatever the name in it.
in_ns "$S" "$STAGE/bin/smtpbanctl" -s "$SOCK" watch >"$T/watch" &
watcher=$!
wait_for 5 grep -q watching "$T/watch" || fail "watch does not begin"
long=$(printf 'b%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40)
bad_logins 3 203.0.113.247 "$long" >>"$LOG"
bad_logins 1 2001:db8:1234:5680:1:2:3:4 "$long" >>"$LOG"
wait_for 5 grep -q 'banned   203.0.113.247' "$T/watch" || fail "no ban seen"
wait_for 5 grep -q 5680 "$T/watch" || fail "no failure seen"
kill "$watcher"
wait "$watcher" || :
refuse "watch: wider than 80 columns" grep -E '^.{81}' "$T/watch"
grep -q 'banned   203.0.113.247.* until .* in 7d$' "$T/watch" ||
    fail "watch: $(cat "$T/watch")"
grep -q '203.0.113.247.* user bbb.*\.\.\.$' "$T/watch" ||
    fail "watch: $(cat "$T/watch")"

# Columns stand under each other.
for list in bans offenders; do
	ctl $list >"$T/plain"
	awk 'NR == 1 { at = index($0, " CATEGOR") + 1; next }
	    at == 1 || substr($0, at - 1, 1) != " " || substr($0, at, 1) == " " { exit 1 }' \
	    "$T/plain" || fail "$list: not aligned: $(cat "$T/plain")"
done

# The longest address that can be banned; a program gets one line for each ban.
long=2001:db8:4321:5678:1234:5678:1234:5678
check "a ban of a long address" ctl ban $long for 20d
for command in bans report; do
	ctl $command >"$T/plain"
	refuse "$command: wider than 80 columns" grep -E '^.{81}' "$T/plain"
	grep -qx $long "$T/plain" || fail "$command: $(cat "$T/plain")"
done
[ "$(ctl -q bans | grep -c "^$long .*manual")" = 1 ] ||
    fail "not one line for each ban: $(ctl -q bans)"

# What is allowed for a time without ever having been banned is no ban.
check "allow" ctl unban 198.51.100.201 allow 1h
ctl report >"$T/plain"
refuse "an ended ban that never was" grep -F 198.51.100.201 "$T/plain"
stop
