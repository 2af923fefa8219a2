# Connections that stay open: servers that say how their sessions end, and
# clients that hold them.  Sourced after lib.sh.
# shellcheck shell=sh
STARTED=

# background NAMESPACE ARGUMENT...: the TCP tool, until end_started.
background()
{
	ns=$1
	shift
	nsenter --net="/run/netns/$ns" "$TCP" "$@" &
	STARTED="$STARTED $!"
}

# server LOG ADDRESS PORT: writes there how its sessions end.
server()
{
	background "$S" sessions "$2" "$3" >"$T/$1"
	wait_for 5 answers "$3" || fail "the server on port $3 does not listen"
}
answers()
{
	in_ns "$S" ss -Hltn "sport = :$1" | grep -q LISTEN
}

# hold SOURCE PORT: a client that stays connected.
hold()
{
	case $1 in
	*:*) to=2001:db8:25::25 ;;
	*) to=192.0.2.25 ;;
	esac
	background "$C" hold "$1" "$to" "$2" >/dev/null
}

# open LOG CLIENT, ended LOG CLIENT: what the server wrote last of it.
open()
{
	wait_for 5 grep -qx "$2 open" "$T/$1" || fail "$2 has no session ($1)"
}
ended()
{
	wait_for 1 grep -q "^$2 ended: " "$T/$1" ||
	    fail "the session of $2 stays open ($1)"
	# Its own end, and not the client's.
	grep -qx "$2 ended: Software caused connection abort" "$T/$1" ||
	    fail "another end: $(grep "^$2 ended" "$T/$1")"
}
stays()
{
	! grep "^$2 ended: " "$T/$1" || fail "the session of $2 ended ($1)"
}

end_started()
{
	for pid in $STARTED; do
		kill -9 "$pid"
		wait "$pid"
	done 2>/dev/null
	STARTED=
}

end_all()
{
	status=$?
	end_started
	(exit "$status")
	cleanup
}
trap end_all EXIT
