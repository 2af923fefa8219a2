# The brake and the proxy: an outage of the authentication backend is no attack
# by its users, and who makes most of the good logins is never banned.
. "$(dirname "$0")/lib.sh"

# dovecot_login ADDRESS USER SECONDS; dovecot_fail ADDRESS USER: in Dovecot's words.
dovecot_login()
{
	printf '%s mx1 dovecot: imap-login: Login: user=<%s>, method=PLAIN, rip=%s, lip=192.0.2.25, mpid=4242, TLS, session=<%s%s>\n' \
	    "$(ago "$3")" "$2" "$1" "$2" "$3"
}
dovecot_fail()
{
	printf '%s mx1 dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<%s>, method=PLAIN, rip=%s, lip=192.0.2.25, TLS, session=<f%s>\n' \
	    "$(ago 0)" "$2" "$1" "$2"
}

# users N: so many clients logged in yesterday.
users()
{
	n=$1
	while [ "$n" -gt 0 ]; do
		dovecot_login "198.51.100.$n" "user$n" 86000
		n=$((n - 1))
	done
}

status_has()
{
	ctl -j status | tr -d ' \n' | grep -q "$1"
}
said()
{
	grep -c "$1" "$T/daemon.log"
}

# Many strangers, a house with many users, and four users: no outage.
net_up
conf
users 9 >"$LOG"
start
{
	for n in 1 2 3 4 5 6 7; do
		dovecot_fail "203.0.113.1$n" "user$n"
		dovecot_fail 203.0.113.30 "user$n"
	done
	for n in 1 2; do dovecot_fail "198.51.100.$n" "user$n"; done
	for n in 3 4; do fail_line "198.51.100.$n"; done
} >>"$LOG"
banned 203.0.113.30
settle
status_has '"outage":null' || fail "four users are an outage: $(ctl -j status)"
[ "$(said 'fail to log in')" = 0 ] || fail "said without reason"

# The fifth one: attempts to log in are not counted, other offences are.
fail_line 198.51.100.5 >>"$LOG"
wait_for 5 status_has '"outage":{"since":"[^"]*","clients":5}' ||
    fail "no outage: $(ctl -j status)"
failures 20 203.0.113.40 >>"$LOG"
bad_logins 20 203.0.113.41 root >>"$LOG"
settle
check "banned in an outage" not_routed 203.0.113.40
check "banned in an outage" not_routed 203.0.113.41
ctl status >"$T/status"
grep -q "^remark: failures to log in are not counted" "$T/status" ||
    fail "status: $(cat "$T/status")"
for n in 1 2 3 4 5; do
	printf '%s mx1 postfix/smtpd[4711]: NOQUEUE: reject: RCPT from unknown[203.0.113.42]: 554 5.7.1 <a%d@example.net>: Relay access denied; from=<b@example.com> to=<a%d@example.net> proto=ESMTP helo=<x>\n' \
	    "$(ago 0)" $n $n
done >>"$LOG"
banned 203.0.113.42
[ "$(said 'known clients fail to log in')" = 1 ] || fail "not said once"

# A restart sees the same.
stop
start
status_has '"outage":{' || fail "forgotten by a restart"

# They log in again, and all counts.
for n in 1 2 3; do dovecot_login "198.51.100.$n" "user$n" 0; done >>"$LOG"
wait_for 5 status_has '"outage":null' || fail "no end: $(ctl -j status)"
failures 5 203.0.113.43 >>"$LOG"
banned 203.0.113.43
[ "$(said 'counted again')" = 1 ] || fail "its end is not said once"

# scan sees it in the same lines.
"$STAGE/bin/smtpbanctl" scan -l -f "$CONF" "$LOG" >"$T/scan"
[ "$(grep -c '203.0.113.4[01].*outage$' "$T/scan")" = 40 ] ||
    fail "scan: $(cat "$T/scan")"
stop

# The proxy: half of the good logins are not enough, more than half are.
rm -f "$T/bans.db" "$T/bans.db.2"
ip -n "$S" route flush proto 83
proxied()
{
	n=0
	while [ "$n" -lt "$1" ]; do
		dovecot_login 203.0.113.9 "user$n" $((7200 - n))
		n=$((n + 1))
	done
}
{
	proxied 30
	for n in 1 2 3 4 5 6 7 8 9 10; do
		for m in 1 2 3; do
			dovecot_login "198.51.100.$n" "user$n" $((3600 - m * 60))
		done
	done
} >"$LOG"
start
settle
status_has '"proxy":null' || fail "half are enough: $(ctl -j status)"
dovecot_login 203.0.113.9 alice 0 >>"$LOG"
wait_for 5 status_has \
    '"proxy":{"address":"203.0.113.9","logins":31,"of":61,"banned":false}' ||
    fail "no proxy: $(ctl -j status)"
bad_logins 100 203.0.113.9 root >>"$LOG"
bad_logins 5 203.0.113.44 root >>"$LOG"
banned 203.0.113.44
settle
check "the proxy is banned" not_routed 203.0.113.9
ctl status | grep -q "^proxy  *203.0.113.9: 31 of 61 good logins" ||
    fail "status: $(ctl status)"
ctl check 203.0.113.9 | grep -q "spared.*as a proxy: 31 of 61" ||
    fail "check: $(ctl check 203.0.113.9)"
ctl -j check 203.0.113.9 | grep -q '"proxy": true' || fail "check -j"
ctl -j check 198.51.100.1 | grep -q '"proxy": false' || fail "check -j"
"$STAGE/bin/smtpbanctl" scan -l -f "$CONF" "$LOG" >"$T/scan"
[ "$(grep -c '203.0.113.9.*proxy$' "$T/scan")" = 100 ] ||
    fail "scan: $(cat "$T/scan")"

# Root may ban it all the same, and is told.
check "ban by hand" ctl ban 203.0.113.9
banned 203.0.113.9
ctl status | grep -q "^remark: 203.0.113.9 makes most of the good logins, and is" ||
    fail "status: $(ctl status)"
status_has '"logins":31,"of":61,"banned":true}' || fail "not told: $(ctl -j status)"
stop
