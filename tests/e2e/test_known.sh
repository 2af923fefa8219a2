# A client that logged in has patience and its own name, after a restart too;
# and who repeats one name, or delivers mail, is no attacker.
. "$(dirname "$0")/lib.sh"

# mail N ADDRESS; stale N ADDRESS: accepted, and for nobody.
mail()
{
	n=$1
	while [ "$n" -gt 0 ]; do
		echo "$(ago 0) mx1 postfix/smtpd[4900]: 4F8B3D$n: client=out.example.net[$2]"
		n=$((n - 1))
	done
}
stale()
{
	n=$1
	while [ "$n" -gt 0 ]; do
		echo "$(ago 0) mx1 postfix/smtpd[4900]: NOQUEUE: reject: RCPT from out.example.net[$2]: 550 5.1.1 <old$n@example.org>: Recipient address rejected: User unknown in local recipient table; from=<> to=<old$n@example.org> proto=ESMTP helo=<out.example.net>"
		n=$((n - 1))
	done
}

net_up
conf
login_line 198.51.100.40 alice 1728000 >"$LOG"
start
login_line 2001:db8:bad:40::1 bob >>"$LOG"
bad_logins 30 198.51.100.40 alice >>"$LOG"
bad_logins 30 2001:db8:bad:40::2 Bob >>"$LOG"
bad_logins 5 198.51.100.41 alice >>"$LOG"
banned 198.51.100.41
settle
check "banned for its own name" not_routed 198.51.100.40
check "banned for its own name" not_routed 2001:db8:bad:40::/64
ctl check 198.51.100.40 >"$T/check"
grep -q "last login.*20d ago" "$T/check" || fail "check: $(cat "$T/check")"
ctl -j check 198.51.100.40 | grep -q '"known": true' || fail "not known as JSON"
ctl -j check 198.51.100.41 | grep -q '"known": false' || fail "known as JSON"
bad_logins 15 198.51.100.40 carol >>"$LOG"
settle
check "banned within its patience" not_routed 198.51.100.40
stop
start
settle
check "forgotten by a restart" not_routed 198.51.100.40
bad_logins 30 198.51.100.40 alice >>"$LOG"
bad_logins 4 198.51.100.40 carol >>"$LOG"
settle
check "banned within its patience" not_routed 198.51.100.40
bad_logins 1 198.51.100.40 carol >>"$LOG"
banned 198.51.100.40

# A name counts once an hour; names that change count.
conf "repeats user" "count { auth, unknown-user }"
check "reload" ctl reload
bad_logins 30 198.51.100.42 dora >>"$LOG"
for name in a b c d e; do bad_logins 1 198.51.100.43 $name; done >>"$LOG"
banned 198.51.100.43
settle
check "banned for one name" not_routed 198.51.100.42

# Stale addresses do not ban a mail server; guessing with one hit does.
mail 12 198.51.100.44 >>"$LOG"
stale 20 198.51.100.44 >>"$LOG"
mail 1 198.51.100.45 >>"$LOG"
stale 5 198.51.100.45 >>"$LOG"
banned 198.51.100.45
settle
check "a mail server is banned" not_routed 198.51.100.44
ctl check 198.51.100.44 | grep -q "spared" || fail "check: $(ctl check 198.51.100.44)"
stale 9 198.51.100.44 >>"$LOG"
banned 198.51.100.44
stop
