#!/bin/sh
# usage: sudo sh rc/run.sh demo
# (sh rc/demo/demo.sh BUILD runs the demonstration with the programs of a
# build tree.)  Everything happens in two network namespaces, a mail server
# and the world around it; nothing of it is left when it ends.
set -eu
# shellcheck source=rc/demo/net.sh
. "$(dirname "$0")/net.sh"
build=$(cd "$1" && pwd)
stage=$build/stage
server=smtpban-demo-$$-mx
world=smtpban-demo-$$-world
friend=203.0.113.20
attacker=198.51.100.7
token=$(printf '\0alice\0correct horse' | base64)
guess=$(printf '\0alice\0123456' | base64)
tmp=$(mktemp -d /var/tmp/smtpban-demo.XXXXXX)
log=$tmp/mail.log
daemon=
mailserver=
show=

clean_up()
{
	status=$?
	trap - EXIT INT TERM
	for pid in $show $daemon $mailserver; do
		kill "$pid" 2>/dev/null || continue
		wait "$pid" 2>/dev/null || :
	done
	ip netns del "$server" 2>/dev/null || :
	ip netns del "$world" 2>/dev/null || :
	rm -rf "$tmp"
	exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

die()
{
	echo "demo: $*" >&2
	[ ! -s "$tmp/smtpband.log" ] || tail -20 "$tmp/smtpband.log" >&2
	exit 1
}

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

heading()
{
	pause 0.3
	printf '\n%s== %s%s\n' "$bold" "$*" "$plain"
	pause 0.2
}

# Time to read; none where nobody looks.
pause()
{
	[ ! -t 1 ] || sleep "$1"
}

# run COMMAND...: show it as typed on the server, and do it there.
run()
{
	printf '%s# %s%s\n' "$bold" "$*" "$plain"
	on_server "$@" 2>&1 || :
	pause 0.3
}

on_server()
{
	ip netns exec "$server" env PATH="$stage/bin:$stage/sbin:$PATH" "$@"
}

# client ADDRESS COMMAND...: what the server answers to it, in a line.
client()
{
	from=$1
	shift
	case $from in
	*:*) to=2001:db8:25::25 ;;
	*) to=192.0.2.25 ;;
	esac
	answer=$(ip netns exec "$world" "$build/rc/demo-client" "$from" "$to" \
	    "EHLO client.example" "$@") || :
	printf '  %-22s %s\n' "$from" "$answer"
}

attack()
{
	client "$1" "AUTH PLAIN $guess"
}

# wait_for FILE TEXT: it stands there, within a few seconds.
wait_for()
{
	tries=0
	until grep -qs "$2" "$1"; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || return 1
		sleep 0.05
	done
}

# The daemon sees a /run of its own: the host's has nothing to do with it.
start_daemon()
{
	cat >"$tmp/smtpban.conf" <<-EOT
		log "$log"
		threshold 5 within 1d
		ban for 1h
		whitelist { 203.0.113.64/26 }
		user "nobody"
		database "$tmp/bans.db"
		control "$tmp/control.sock"
	EOT
	ip netns exec "$server" sh -c \
	    'mount -t tmpfs -o mode=755 tmpfs /run && exec "$@"' demo \
	    "$stage/sbin/smtpband" -dv -f "$tmp/smtpban.conf" \
	    2>"$tmp/smtpband.log" &
	daemon=$!
	tries=0
	until on_server smtpbanctl -s "$tmp/control.sock" bans \
	    >/dev/null 2>&1; do
		tries=$((tries + 1))
		if [ "$tries" -gt 100 ] || ! kill -0 "$daemon" 2>/dev/null; then
			die "smtpband does not start"
		fi
		sleep 0.05
	done
}

start_mail_server()
{
	: >"$log"
	ip netns exec "$server" "$build/rc/demo-server" "$log" "$token" &
	mailserver=$!
	# Its log, as it grows, among what happens.
	tail -n 0 -f --pid=$$ "$log" 2>/dev/null |
	    sed -u -n 's/^[^ ]* mx1 /    log: /; /reject\|warning\|client=/p' &
	show=$!
}

# ctl ARGUMENT...: with the socket of this demonstration, left out on screen.
ctl()
{
	printf '%s# smtpbanctl %s%s\n' "$bold" "$*" "$plain"
	on_server smtpbanctl -s "$tmp/control.sock" "$@" 2>&1 || :
	pause 0.3
}

echo "A mail server, 192.0.2.25 and 2001:db8:25::25, lives in a network namespace."
echo "smtpband follows its log: five failures of a client are one too many."
net_world "$server" "$world" || die "no network namespaces here: this needs root, and CAP_SYS_ADMIN and CAP_NET_ADMIN in a container"
start_mail_server
start_daemon
run cat "$tmp/smtpban.conf"

heading "A friend logs in; an attacker guesses Alice's password"
client "$friend" "AUTH PLAIN $token"
for _ in 1 2 3 4 5; do
	attack "$attacker"
	pause 0.1
done
wait_for "$tmp/smtpband.log" "banned $attacker" ||
    die "the attacker was not banned"
grep "banned" "$tmp/smtpband.log"

heading "One more, with IPv6 addresses in turn: its /64 is banned"
for host in 1 2 3 4 5; do
	client "2001:db8:bad:1::$host" "MAIL FROM:<a@example.net>" \
	    "RCPT TO:<victim@example.org>"
done
wait_for "$tmp/smtpband.log" "banned 2001:db8:bad:1::" ||
    die "the network was not banned"
grep "banned 2001" "$tmp/smtpband.log"

heading "The attackers' connections die, the friend's do not"
attack "$attacker"
attack 2001:db8:bad:1::6
client "$friend" "AUTH PLAIN $token"
client 2001:db8:bad:2::1 "AUTH PLAIN $token"

heading "Bans are routes in the kernel"
run ip route show type blackhole
run ip -6 route show type blackhole

heading "Somebody removes them: they are back at once"
run ip route flush proto 83
sleep 1
run ip route show type blackhole

heading "Asking and changing"
ctl bans
ctl check "$attacker"
ctl ban 203.0.113.64/28
ctl unban "$attacker"
attack "$attacker"

heading "The daily report"
ctl report

heading "That was all; this host's own routes were never touched"
echo "Run it on a mail log of your own: sudo sh rc/run.sh"
