# A day of a mail server in the words of its log, for the page to be looked at.
# Sourced, after tests/e2e/lib.sh.
# shellcheck shell=sh

# one SECONDS_AGO TEXT: a line of Postfix.
one()
{
	printf '%s mx1 postfix/smtpd[4711]: %s\n' "$(ago "$1")" "$2"
}

# auth N SECONDS_AGO ADDRESS USER: the rest follows at half a minute each.
auth()
{
	i=0
	while [ "$i" -lt "$1" ]; do
		one $(($2 - i * 30)) "warning: unknown[$3]: SASL PLAIN authentication failed: authentication failure, sasl_username=$4"
		i=$((i + 1))
	done
}

relay()
{
	i=0
	while [ "$i" -lt "$1" ]; do
		one $(($2 - i * 30)) "NOQUEUE: reject: RCPT from unknown[$3]: 454 4.7.1 <x$i@example.net>: Relay access denied; from=<a@example.org> to=<x$i@example.net> proto=ESMTP helo=<$4>"
		i=$((i + 1))
	done
}

http()
{
	i=0
	while [ "$i" -lt "$1" ]; do
		one $(($2 - i * 30)) "warning: non-SMTP command from unknown[$3]: GET /$i HTTP/1.1"
		i=$((i + 1))
	done
}

protocol()
{
	i=0
	while [ "$i" -lt "$1" ]; do
		one $(($2 - i * 30)) "improper command pipelining after EHLO from unknown[$3]: QUIT"
		i=$((i + 1))
	done
}

# The hours of the day, from the oldest on: how many attackers each has.
day()
{
	hour=23 host=1
	for attackers in 1 2 1 3 5 2 1 0 1 2 6 9 12 7 4 3 2 5 3 1 2 4 2 1; do
		while [ "$attackers" -gt 0 ]; do
			at=$((hour * 3600 + attackers * 137))
			auth $((2 + host % 5)) $at 198.51.100.$host info
			case $((host % 4)) in
			0) relay $((3 + host % 7)) $at 203.0.113.$host mail.example.com ;;
			1) auth 3 $at 203.0.113.$((host % 40)) admin ;;
			2) http $((1 + host % 3)) $at 192.0.2.$((60 + host)) ;;
			3) protocol 2 $at 2001:db8:$((host % 3)):$host::25 ;;
			esac
			attackers=$((attackers - 1)) host=$((host + 1))
		done
		hour=$((hour - 1))
	done
	auth 8 1500 2001:db8:bad:1::1 'sales@example.com'
	auth 3 900 203.0.113.200 alice
	login_line 203.0.113.9 alice 600
	auth 1 300 203.0.113.201 'a<script>alert(1)</script>'
}
