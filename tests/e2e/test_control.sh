# smtpbanctl with and without a daemon.
. "$(dirname "$0")/lib.sh"
net_up
conf
refuse "status without a daemon" ctl status
grep -q "^smtpbanctl: .*not running" "$T/out" || fail "$(cat "$T/out")"
start
failures 3 198.51.100.90 >>"$LOG"
failures 5 198.51.100.91 >>"$LOG"
banned 198.51.100.91
for c in status bans offenders report; do
	check "$c" ctl $c
	check "$c as JSON" sh -c "nsenter --net=/run/netns/$S '$STAGE/bin/smtpbanctl' -s '$SOCK' -j $c >'$T/json'"
	[ -s "$T/json" ] || fail "$c: no JSON"
done
ctl -j offenders | tr -d ' \n' | grep -q '"prefix":"198.51.100.90"' || fail "offenders: $(ctl -j offenders)"
ctl -j bans | tr -d ' \n' | grep -q '"prefix":"198.51.100.91"' || fail "bans: $(ctl -j bans)"
ctl check 198.51.100.91 >/dev/null; [ $? = 0 ] || fail "check of a banned one"
ctl check 198.51.100.90 >/dev/null; [ $? = 1 ] || fail "check of another"
ctl check nonsense >/dev/null 2>&1; [ $? = 2 ] || fail "check of nonsense"
check "log" ctl log brief
check "log" ctl log verbose
check "expire" ctl expire
refuse "an unknown command" ctl frobnicate
# A malformed request closes that client and nothing else.
head -c 100 /dev/urandom | in_ns "$S" nc -w 1 -U "$SOCK" >/dev/null 2>&1
check "the daemon went" ctl status
# A second daemon on the same files is refused.
refuse "two daemons" timeout --foreground 60 nsenter --net="/run/netns/$S" "$STAGE/sbin/smtpband" -d -f "$CONF"
check "the first one went" ctl status
stop
refuse "the socket stays" test -e "$SOCK"
