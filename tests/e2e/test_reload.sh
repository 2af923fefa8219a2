# A bad reload changes nothing, a good one takes effect.
. "$(dirname "$0")/lib.sh"
net_up
conf
start
failures 5 198.51.100.70 >>"$LOG"
failures 2 198.51.100.71 >>"$LOG"
banned 198.51.100.70
conf "threshold 0 within 1d" "" "treshold 2 within 1d" "whitelist { 198.51.100.70 }"
refuse "a bad configuration is taken" ctl reload
grep -q "^$CONF:4:" "$T/out" && grep -q "^$CONF:6:" "$T/out" ||
    fail "not every error is shown: $(cat "$T/out")"
check "it changed something" routed 198.51.100.70
conf "threshold 3 within 1d" "whitelist { 198.51.100.70 }"
check reload ctl reload
check "a whitelisted host stays banned" not_routed 198.51.100.70
fail_line 198.51.100.71 >>"$LOG"
banned 198.51.100.71

# By signal, and with another log; the old one is not followed any more.
OLD=$LOG
LOG=$T/other.log
conf "threshold 3 within 1d"
kill -HUP "$DAEMON"
wait_for 5 grep -q "read again" "$T/daemon.log" || fail "SIGHUP is not heard"
sleep 0.3
failures 3 198.51.100.72 >>"$LOG"
banned 198.51.100.72
failures 3 198.51.100.73 >>"$OLD"
failures 3 198.51.100.74 >>"$LOG"
banned 198.51.100.74
check "the old log is followed" not_routed 198.51.100.73
chmod 666 "$CONF"
refuse "a configuration that all may write" ctl reload
stop
