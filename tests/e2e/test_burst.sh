# Twenty thousand offenders in half a million lines, written at once; the
# default rate of requests makes it take its twenty seconds, and loses none.
. "$(dirname "$0")/lib.sh"
net_up
conf
start
awk -v t="$(ago 0)" 'BEGIN {
	for (r = 0; r < 5; r++)
		for (i = 0; i < 20000; i++) {
			printf "%s mx1 postfix/smtpd[%d]: warning: unknown[2001:db8:%x:%x::1]: SASL LOGIN authentication failed: UGFzc3dvcmQ6\n", t, i, 4096 + i / 256, i % 256
			for (k = 0; k < 4; k++)
				printf "%s mx1 postfix/qmgr[77]: 4D%05dX: from=<a@example.org>, size=%d, nrcpt=1 (queue active)\n", t, i, r
		}
}' >"$T/burst"
[ "$(wc -l <"$T/burst")" = 500000 ] || fail "not half a million lines"
cat "$T/burst" >>"$LOG"
all_banned()
{
	[ "$(ip -n "$S" -6 route show proto 83 | wc -l)" = 20000 ]
}
wait_for 90 all_banned || fail "$(ip -n "$S" -6 route show proto 83 | wc -l) of 20000 are banned"
[ "$(ctl -q bans | wc -l)" = 20000 ] || fail "smtpbanctl bans: $(ctl -q bans | wc -l)"
if [ -z "${SANITIZED:-}" ]; then
	for pid in "$DAEMON" "$(parser_pid)"; do
		kib=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status")
		echo "    $(cat "/proc/$pid/comm"): peak $kib KiB"
		[ "$kib" -lt 65536 ] || fail "memory: $kib KiB"
	done
fi
stop
start
all_banned || fail "not all are back"
stop
