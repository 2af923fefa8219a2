# The end-to-end tests' own world: a server and a client host in network
# namespaces, joined by a veth pair, with the real smtpband on the server.
# Sourced by each test; STAGE is the installed tree, TCP the tests' TCP tool.
# shellcheck shell=sh

# shellcheck source=rc/demo/net.sh
. "$(dirname "$0")/../../rc/demo/net.sh"

# Nothing of the host is used but its programs.
NAME=$(basename "$0" .sh)
S=smtpban-$$-s
C=smtpban-$$-c
T=$(mktemp -d /var/tmp/smtpban-e2e.XXXXXX)
LOG=$T/mail.log
CONF=$T/smtpban.conf
SOCK=$T/control.sock
DAEMON=
LISTENER=

# kill_daemon: and its parser, which a test may have stopped: so it would stay.
kill_daemon()
{
	# shellcheck disable=SC2046
	[ -z "$DAEMON" ] ||
	    kill -9 $(pgrep -P "$DAEMON") "$DAEMON" 2>/dev/null
	DAEMON=
}

cleanup()
{
	status=$?
	trap - EXIT INT TERM
	if [ "$status" -ne 0 ] && [ -f "$T/daemon.log" ]; then
		sed 's/^/    /' "$T/daemon.log" | tail -40
	fi
	kill_daemon
	[ -z "$LISTENER" ] || kill -9 "$LISTENER" 2>/dev/null
	ip netns del "$S" 2>/dev/null
	ip netns del "$C" 2>/dev/null
	rm -rf "$T"
	exit "$status"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

fail()
{
	echo "$NAME: $*" >&2
	exit 1
}

# in_ns NAMESPACE COMMAND...: in its network and nothing else of its own.
# (ip-netns(8) would give it other mounts too, and other paths in /proc.)
in_ns()
{
	ns=$1
	shift
	nsenter --net="/run/netns/$ns" "$@"
}

# check WHAT COMMAND...: the command must succeed.
check()
{
	what=$1
	shift
	"$@" >"$T/out" 2>&1 || { sed 's/^/    /' "$T/out"; fail "$what"; }
}

# refuse WHAT COMMAND...: the command must fail.
refuse()
{
	what=$1
	shift
	if "$@" >"$T/out" 2>&1; then
		sed 's/^/    /' "$T/out"
		fail "$what"
	fi
}

# wait_for SECONDS COMMAND...: until it succeeds.  It should take no longer than
# that; a machine that is busy with other things has four times as long.
wait_for()
{
	tries=$(($1 * 80))
	shift
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

net_up()
{
	net_world "$S" "$C" || fail "no namespaces"
}

listen()
{
	nsenter --net="/run/netns/$S" "$TCP" listen 25 &
	LISTENER=$!
	wait_for 5 reach 198.51.100.250 || fail "the listener does not answer"
}

# reach SOURCE: a TCP connection from that client to port 25 is greeted.
reach()
{
	case $1 in
	*:*) to=2001:db8:25::25 ;;
	*) to=192.0.2.25 ;;
	esac
	in_ns "$C" "$TCP" connect "$1" "$to" 25 "${2:-1500}"
}

# conf [LINE...]: a configuration of this test's own.
conf()
{
	{
		echo "log \"$LOG\""
		echo "database \"$T/bans.db\""
		echo "control \"$SOCK\""
		for line in "$@"; do echo "$line"; done
	} >"$CONF"
	chmod 600 "$CONF"
}

# launch COMMAND...: as the daemon is started; a test may replace it.
launch()
{
	exec nsenter --net="/run/netns/$S" "$@"
}

# own_resolv_conf: the daemon sees $T/resolv.conf in place of the host's.
own_resolv_conf()
{
	echo "nameserver 203.0.113.53" >"$T/resolv.conf"
	launch()
	{
		# shellcheck disable=SC2016
		exec unshare -m sh -c 'mount --bind "$0" /etc/resolv.conf &&
		    exec "$@"' "$T/resolv.conf" \
		    nsenter --net="/run/netns/$S" "$@"
	}
}

# start: the daemon runs and its parser follows the log.
start()
{
	: >>"$LOG"
	: >"$T/daemon.log"
	launch "$STAGE/sbin/smtpband" -dvv -f "$CONF" 2>>"$T/daemon.log" &
	DAEMON=$!
	wait_for 20 grep -q "following them" "$T/daemon.log" ||
	    fail "smtpband does not start"
}

stop()
{
	kill -TERM "$DAEMON" || fail "smtpband is not there"
	wait "$DAEMON" || fail "smtpband ends with status $?"
	DAEMON=
}

parser_pid()
{
	pgrep -P "$DAEMON" -x smtpban-parser
}

ctl()
{
	in_ns "$S" "$STAGE/bin/smtpbanctl" -s "$SOCK" "$@"
}

# ago SECONDS: an RFC 3164 time stamp.
ago()
{
	LC_ALL=C date -d "@$(($(date +%s) - $1))" '+%b %e %H:%M:%S'
}

# fail_line ADDRESS [SECONDS AGO]: one failed login in Postfix's words.
fail_line()
{
	printf '%s mx1 postfix/smtpd[%d]: warning: unknown[%s]: SASL LOGIN authentication failed: UGFzc3dvcmQ6\n' \
	    "$(ago "${2:-0}")" "${PID:-4711}" "$1"
}

# failures N ADDRESS [SECONDS AGO]
failures()
{
	n=$1
	while [ "$n" -gt 0 ]; do
		fail_line "$2" "${3:-0}"
		n=$((n - 1))
	done
}

# login_line ADDRESS USER [SECONDS AGO]: a good login.
login_line()
{
	printf '%s mx1 postfix/smtpd[4811]: 4F8A2C01: client=unknown[%s], sasl_method=PLAIN, sasl_username=%s\n' \
	    "$(ago "${3:-0}")" "$1" "$2"
}

# bad_logins N ADDRESS USER: failed ones, with the user's name.
bad_logins()
{
	n=$1
	while [ "$n" -gt 0 ]; do
		printf '%s mx1 postfix/smtpd[4811]: warning: unknown[%s]: SASL PLAIN authentication failed: authentication failure, sasl_username=%s\n' \
		    "$(ago 0)" "$2" "$3"
		n=$((n - 1))
	done
}

# shown OBJECT...: what ip(8) shows of the server, protocol 83 as a number even
# where smtpban is installed and has given it a name.
shown()
{
	ip -n "$S" "$@" | sed 's/ proto smtpban/ proto 83/'
}

# routed ADDRESS: there is a route of ours for exactly this prefix.
routed()
{
	case $1 in
	*:*) ip -n "$S" -6 route show "$1" proto 83 ;;
	*) ip -n "$S" route show "$1" proto 83 ;;
	esac | grep -q "^blackhole ${1}"
}
not_routed()
{
	! routed "$1"
}

# only N: so many IPv4 prefixes have a route of ours, no more and no fewer.
only()
{
	[ "$(shown route show proto 83 | wc -l)" = "$1" ] ||
	    fail "not $1 routes: $(shown route show proto 83)"
}

banned()
{
	wait_for 5 routed "$1" || fail "$1 is not banned"
}

# Nothing more comes out of what was logged so far.
settle()
{
	wait_for 10 quiet || fail "the log is not read"
}
quiet()
{
	ctl -j status | grep -q '"behind": *0'
}
