#!/bin/sh
# The README: its configurations are good ones, and its commands print what it
# says.  Blocks marked "conf" go through smtpband -n.  Those marked "console"
# run, on a host under attack: each line of their output must be in the real
# one, in that order, times and numbers of the day aside; "..." leaves some out.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/host.sh
. "$(dirname "$0")/host.sh"

readme=$top/README.md

# Writes $T/conf.N and $T/run.N; of the latter command and output in turn.
awk -v to="$T" '
	/^```/ && inside { inside = 0; next }
	/^```conf$/ { inside = 1; file = to "/conf." ++n; printf "" >file; next }
	/^```console$/ { inside = 2; next }
	/^```/ { inside = 3; next }
	inside == 1 { print >file }
	inside == 2 && /^[$#] / {
		file = to "/run." sprintf("%03d", ++m)
		print substr($0, 3) >file
		next
	}
	inside == 2 { print >file }' "$readme"

host_up
ln -s "$top/tests" "$T/work/tests"
echo "203.0.113.64/26 # a friend" >"$T/etc/smtpban.whitelist"
chmod 600 "$T/etc/smtpban.whitelist"

tried=0
for conf in "$T"/conf.*; do
	chmod 600 "$conf"
	on_host "smtpband -n -f $conf" >"$T/out" 2>&1 &&
	    grep -qx "configuration OK" "$T/out" ||
	    fail "a configuration: $(cat "$conf" "$T/out")"
	tried=$((tried + 1))
done
[ "$tried" -gt 0 ] || fail "no configurations"

# The scene, of the last hour: two clients go too far, one is on the way.
echo 'whitelist file "/etc/smtpban.whitelist"' >"$T/etc/smtpban.conf"
: | as_log
daemon_starts
{
	login_line 203.0.113.10 anna 3000
	bad_logins 3 198.51.100.31 bert
	bad_logins 3 198.51.100.7 anna
	bad_logins 3 198.51.100.7 admin
	n=0
	while [ "$n" -lt 5 ]; do
		printf '%s mx1 postfix/smtpd[4712]: NOQUEUE: reject: RCPT from unknown[2001:db8:bad:1::%d]: 554 5.7.1 <x@example.net>: Relay access denied; from=<a@example.org> to=<x@example.net> proto=ESMTP helo=<mail>\n' \
		    "$(ago 0)" "$n"
		n=$((n + 1))
	done
} | as_log
wait_for 5 routed 198.51.100.7 || fail "the scene is not set"
wait_for 5 routed 2001:db8:bad:1::/64 || fail "the scene is not set"

# blur FILE: a picture of it, in which the day does not matter.
blur()
{
	sed -E 's/ +$//; s/(^|[^[:alnum:]])([0-9]+[wdhms] ?)+/\1T /g; s/\<now\>/T ago/g; s/^ *[A-Z][a-z][a-z] +[0-9]+ [0-9:]+ /STAMP /; s/[0-9]+/0/g
	    s/ +/ /g; s/ $//' "$1"
}

# told COMMAND: what the README says is what comes, and fits the terminal.
told()
{
	awk -v out="$T/out.b" '
		BEGIN { while ((getline line <out) > 0) real[++n] = line }
		$0 == "..." { next }
		{
			while (at < n && real[at + 1] != $0)
				at++
			if (at++ == n) {
				print "it does not print: " $0
				exit 1
			}
		}' "$T/want.b" || fail "$1: $(cat "$T/out")"
}

tried=0
for run in "$T"/run.*; do
	command=$(head -1 "$run")
	sed 1d "$run" | sed '/^$/d' >"$T/want"
	status=0
	on_host "export TZ=UTC; $command" >"$T/out" 2>&1 || status=$?
	[ "$status" = 0 ] || grep -q "^smtpbanctl: " "$T/want" ||
	    fail "$command: status $status: $(cat "$T/out")"
	[ -z "$(expand "$T/want" | cut -c81-)" ] || fail "wider than a terminal: $command"
	case $command in
	*tests/docs*)
		cp "$T/want" "$T/want.b"
		cp "$T/out" "$T/out.b"
		;;
	*)
		blur "$T/want" >"$T/want.b"
		blur "$T/out" >"$T/out.b"
		;;
	esac
	told "$command"
	tried=$((tried + 1))
done
daemon_ends
[ "$tried" -gt 5 ] || fail "only $tried commands"
echo "$tried commands ran"
