# What the test of the package is made of.  Sourced by run.sh, which sets here.
# shellcheck shell=sh disable=SC2154

fail()
{
	echo "$NAME: $*" >&2
	[ ! -f "$T/daemon.log" ] || tail -20 "$T/daemon.log" | sed 's/^/    /' >&2
	exit 1
}

# holds NAME: each of its lines must succeed.  The output is worth reading only
# if one does not.
holds()
{
	# Not as a condition, under which the shell goes on after an error.
	(set -ex; "$1") >"$T/out" 2>&1
	if [ $? = 0 ]; then
		echo "ok $1"
		passed=$((passed + 1))
	else
		sed 's/^/    /' "$T/out"
		echo "FAILED $1"
		failed=$((failed + 1))
	fi
}

# wait_for SECONDS COMMAND...: until it succeeds; four times as long on a busy
# machine.
wait_for()
{
	tries=$(($1 * 40))
	shift
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || { echo "in vain: $*"; return 1; }
		sleep 0.1
	done
}

# start_world: the first or the next boot of the same root, with a client.
start_world()
{
	boot_start sh "$here/run.sh" --world "$T/root" "$TCP"
	wait_for 60 inside systemctl is-active mail.target ||
	    fail "the new world has no mail server"
	inside sh /usr/local/lib/net.sh || fail "the new world has no network"
	# What the client may connect to, it does.
	wait_for 10 reach 198.51.100.250 || fail "no mail port"
}

stop_world()
{
	inside systemctl start --no-block poweroff.target
	wait_for 30 stopped || fail "the world does not end"
	boot_down
}
stopped()
{
	! kill -0 "$INIT"
}

# fails COMMAND...: a line of its own may begin with this, which set -e does not
# pass over as it does with "!".
fails()
{
	! "$@"
}

# reach ADDRESS: as that client, a connection is greeted.
reach()
{
	case $1 in
	*:*) to=2001:db8:25::25 ;;
	*) to=192.0.2.25 ;;
	esac
	inside ip netns exec client /usr/local/bin/tcp connect "$1" "$to" 25 \
	    "${2:-1500}"
}
cannot_reach()
{
	! reach "$@"
}

# routes: those of our number, of both families.
routes()
{
	inside sh -c 'ip -4 route show table all proto 83
		ip -6 route show table all proto 83'
}
routed()
{
	routes | grep -q "^blackhole $1 "
}
is_empty()
{
	[ -z "$("$@")" ] || { "$@"; return 1; }
}

# attack ADDRESS [NUMBER]: so many lines of Postfix, or as many as are too many.
attack()
{
	for n in $(seq "${2:-5}"); do
		printf '%s mx1 postfix/smtpd[%d]: warning: unknown[%s]: SASL LOGIN authentication failed: UGFzc3dvcmQ6\n' \
		    "$(LC_ALL=C date '+%b %e %H:%M:%S')" "$n" "$1"
	done | inside sh -c 'cat >>/var/log/mail.log'
}

# besieged COMMAND...: meanwhile the banned clients try and try, and what
# happens to routes is written down.
besieged()
{
	inside rm -f /run/tries
	inside sh /usr/local/lib/siege.sh >"$T/siege" 2>&1 &
	siege=$!
	wait_for 10 inside test -s /run/tries
	"$@" || return
	inside rm /run/siege
	wait "$siege"
	cat "$T/siege"
	[ "$(awk '$2 == "tries" && $1 >= 5' "$T/siege" | wc -l)" = 2 ]
	! grep -q -e '^Deleted' -e '^through' "$T/siege"
}

# again COMMAND...: so often that the siege sees it.
again()
{
	inside sh /usr/local/lib/again.sh "$@"
}

main_pid()
{
	inside systemctl show -p MainPID --value smtpban.service
}
