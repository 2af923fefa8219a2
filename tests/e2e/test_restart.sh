# What was acknowledged survives kill -9 of both processes and the loss of all
# routes; failures before it count.
. "$(dirname "$0")/lib.sh"
net_up
conf
start
failures 5 198.51.100.30 >>"$LOG"
for i in 1 2 3 4 5; do fail_line "2001:db8:bad:30::$i" >>"$LOG"; done
failures 2 198.51.100.31 >>"$LOG"
banned 198.51.100.30
banned 2001:db8:bad:30::/64
settle
parser=$(parser_pid)
kill -9 "$DAEMON" "$parser"
wait "$DAEMON"
mv "$LOG" "$LOG.1"
failures 2 198.51.100.31 >>"$LOG"
ip -n "$S" route flush proto 83
ip -n "$S" -6 route flush proto 83
refuse "the routes are still there" routed 198.51.100.30
start
check "the IPv4 ban is not back" routed 198.51.100.30
check "the IPv6 ban is not back" routed 2001:db8:bad:30::/64
check "banned with four failures" not_routed 198.51.100.31
fail_line 198.51.100.31 >>"$LOG"
banned 198.51.100.31

# Either process killed: the other ends, the routes stay.
parser=$(parser_pid)
kill -9 "$parser"
wait "$DAEMON" && fail "smtpband ends well without its parser"
DAEMON=
check "routes went with the parser" routed 198.51.100.30
start
parser=$(parser_pid)
kill -9 "$DAEMON"
wait "$DAEMON"
DAEMON=
wait_for 5 sh -c "! kill -0 $parser" || fail "the parser outlives the enforcer"
check "routes went with the enforcer" routed 198.51.100.30
start
stop
