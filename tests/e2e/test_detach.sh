# Without -d it goes into the background and tells by its status whether all
# is well; the configuration is checked by -n; two instances live side by side.
. "$(dirname "$0")/lib.sh"
net_up
conf
in_ns "$S" timeout --foreground 60 "$STAGE/sbin/smtpband" -f "$CONF" </dev/null >"$T/out" 2>&1 ||
    fail "it does not start: $(cat "$T/out")"
DAEMON=$(cat "$T/control.pid") || fail "no pid file"
parser=$(parser_pid)
[ -n "$parser" ] || fail "no parser"
for fd in "/proc/$DAEMON/fd/"[012] "/proc/$parser/fd/"[012]; do
	[ "$(readlink "$fd")" = /dev/null ] || fail "$fd is $(readlink "$fd")"
done
failures 5 198.51.100.45 >>"$LOG"
banned 198.51.100.45

# Who cannot start says so at once.
refuse "a second one on the same ledger" \
    in_ns "$S" timeout --foreground 60 "$STAGE/sbin/smtpband" -f "$CONF"
grep -q "in use" "$T/out" || fail "no reason: $(cat "$T/out")"

sed "s,control.sock,third.sock," "$CONF" >"$T/third.conf"
refuse "a second one on the same ledger, with another socket" \
    in_ns "$S" timeout --foreground 60 "$STAGE/sbin/smtpband" -f "$T/third.conf"
grep -q "another smtpband" "$T/out" || fail "no reason: $(cat "$T/out")"
check "it took our routes" routed 198.51.100.45
{ cat "$CONF"; echo 'user "nonexistent"'; } >"$T/nobody.conf"
refuse "a user that does not exist" \
    in_ns "$S" timeout --foreground 60 "$STAGE/sbin/smtpband" -f "$T/nobody.conf"
grep -q "does not exist" "$T/out" || fail "no reason: $(cat "$T/out")"

# One with files of its own runs beside it.
sed "s,bans.db,other.db,; s,control.sock,other.sock," "$CONF" >"$T/other.conf"
in_ns "$C" "$STAGE/sbin/smtpband" -f "$T/other.conf" || fail "no other instance"
in_ns "$C" "$STAGE/bin/smtpbanctl" -s "$T/other.sock" status >/dev/null ||
    fail "the other instance does not answer"
other=$(cat "$T/other.pid")
kill "$other"
wait_for 5 sh -c "! kill -0 $other" || fail "the other instance does not end"
check "the first one went" ctl status

kill "$DAEMON"
wait_for 5 sh -c "! kill -0 $DAEMON" || fail "it does not end"
DAEMON=
wait_for 5 sh -c "! kill -0 $parser" || fail "its parser does not end"
refuse "the pid file stays" test -e "$T/control.pid"

check "the configuration is good" "$STAGE/sbin/smtpband" -n -f "$CONF"
grep -qx "configuration OK" "$T/out" || fail "$(cat "$T/out")"
printf 'threshold nine\nwhitelist { 192.0.2.1/24 }\n' >"$T/bad.conf"
refuse "a bad one" "$STAGE/sbin/smtpband" -n -f "$T/bad.conf"
[ "$(grep -c "^$T/bad.conf:[12]: " "$T/out")" = 2 ] || fail "errors: $(cat "$T/out")"
refuse "a bad one is run" "$STAGE/sbin/smtpband" -d -f "$T/bad.conf"
for wrong in "-f" "-x" "-d nonsense"; do
	# shellcheck disable=SC2086
	refuse "smtpband $wrong" timeout --foreground 60 "$STAGE/sbin/smtpband" $wrong
	grep -q "^usage: smtpband" "$T/out" || fail "smtpband $wrong: $(cat "$T/out")"
done
