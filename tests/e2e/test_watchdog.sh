# The service manager's watchdog is fed only while both processes answer each
# other, and its status line says what is wrong.
. "$(dirname "$0")/lib.sh"
EAR=
TRACER=
trap 'status=$?
    [ -z "$EAR" ] || kill "$EAR"
    [ -z "$TRACER" ] || kill "$TRACER"
    (exit $status); cleanup' EXIT

launch()
{
	exec nsenter --net="/run/netns/$S" env NOTIFY_SOCKET="$T/notify" \
	    WATCHDOG_USEC=400000 "$@"
}

fed()
{
	grep -c '^WATCHDOG=1$' "$T/told"
}

# feeds: more than before; starves: for five intervals no more, once what was
# on its way has come.
feeds()
{
	before=$(fed)
	wait_for 5 sh -c "[ \$(grep -c '^WATCHDOG=1\$' '$T/told') -gt $((before + 2)) ]"
}
starves()
{
	tries=5
	while before=$(fed) && sleep 1 && [ "$(fed)" != "$before" ]; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
	done
}
told()
{
	wait_for 5 grep -qx "$1" "$T/told" ||
	    fail "not told $1: $(tail -4 "$T/told")"
}
told_last()
{
	[ "$(grep '^STATUS=' "$T/told" | tail -1)" = "$1" ]
}

net_up
conf
"$NOTIFY" "$T/notify" >"$T/told" &
EAR=$!
wait_for 5 test -S "$T/notify" || fail "no ear"
start
told READY=1
feeds || fail "the watchdog is not fed"
told 'STATUS=0 bans; all well'

parser=$(parser_pid)
kill -STOP "$parser"
starves || fail "fed although the parser is stopped"
kill -CONT "$parser"
feeds || fail "not fed when the parser goes on"
kill -STOP "$DAEMON"
starves || fail "fed by a stopped enforcer"
kill -CONT "$DAEMON"
feeds || fail "not fed when the enforcer goes on"

# Who cannot be told apart from a stopped one: a parser that is busy for ever
# (here: it waits for a disk that does not answer, as its debugger sees it).
timeout --foreground -s INT 60 strace -e inject=epoll_wait,epoll_pwait:delay_enter=5000000 \
    -p "$parser" 2>/dev/null &
TRACER=$!
sleep 0.5
starves || fail "fed although the parser's loop is stuck"
kill "$TRACER"
wait "$TRACER" 2>/dev/null
TRACER=
wait_for 10 feeds || fail "not fed when the loop goes on"

# What is wrong stands in the status line until it is over.
echo nonsense >>"$CONF"
kill -HUP "$DAEMON"
wait_for 5 grep -q '^STATUS=0 bans; configuration not taken: .*smtpban.conf:4: ' \
    "$T/told" || fail "the status line does not tell: $(tail -4 "$T/told")"
conf
kill -HUP "$DAEMON"
wait_for 5 told_last 'STATUS=0 bans; all well' ||
    fail "the status line is not well again: $(tail -4 "$T/told")"
stop
told STOPPING=1
