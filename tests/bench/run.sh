#!/bin/sh
# usage: sudo sh tests/bench/run.sh BUILD
# What the README says under "Measured": medians, and ratios of commands that
# run side by side.  Nothing here fails for being slow.
set -u
build=$(cd "$1" && pwd) || exit 1
here=$(cd "$(dirname "$0")" && pwd)
STAGE=$build/stage
TCP=$build/tests/e2e/tcp
export STAGE TCP
. "$here/../e2e/lib.sh"

median()
{
	sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# run COMMAND...: its processor time in seconds, from times(1).
cpu()
{
	{ LC_ALL=C bash -c 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1' x "$@"; } 2>&1 |
	    awk '{ print $1 + $2 }'
}

net_up
conf
start
in_ns "$S" "$build/tests/bench/latency" "$LOG" 40 >"$T/latency" || exit 1
echo "fifth line to route, 40 bans: median $(median <"$T/latency") us, worst $(tail -1 "$T/latency") us"
for pid in "$DAEMON" "$(parser_pid)"; do
	awk '/^Name/ { name = $2 } /^VmRSS/ { rss = $2 } /^RssAnon/ { anon = $2 }
	    END { printf "%s: resident %d KiB, of these its own %d KiB\n", name, rss, anon }' "/proc/$pid/status"
done
stop

# A million lines, one in seven a failure of one of 2,000 hosts.
awk 'BEGIN {
	for (i = 0; i < 1000000; i++) {
		t = sprintf("Nov 24 %02d:%02d:%02d", i / 41667, i / 695 % 60, i % 60)
		if (i % 7 == 0)
			printf "%s mx1 postfix/smtpd[%d]: warning: unknown[198.51.%d.%d]: SASL LOGIN authentication failed: UGFzc3dvcmQ6\n", t, i % 30000, i % 8, i % 250 + 1
		else if (i % 7 < 3)
			printf "%s mx1 postfix/smtpd[%d]: connect from mail%d.example.com[203.0.113.%d]\n", t, i % 30000, i % 500, i % 250 + 1
		else if (i % 7 < 5)
			printf "%s mx1 postfix/qmgr[77]: 4D%06dX: from=<a@example.org>, size=%d, nrcpt=1 (queue active)\n", t, i, i % 5000
		else
			printf "%s mx1 postfix/smtp[%d]: 4D%06dX: to=<b@example.net>, relay=mx.example.net[203.0.113.25]:25, delay=1.2, delays=0.1/0/0.6/0.5, dsn=2.0.0, status=sent (250 2.0.0 Ok)\n", t, i % 900, i
	}
}' >"$T/million.log"
for _ in 1 2 3 4 5; do
	cpu "$STAGE/bin/smtpbanctl" -q scan "$T/million.log" >>"$T/scan"
	cpu "$STAGE/bin/smtpbanctl" -q scan -l "$T/million.log" >>"$T/scanl"
	cpu wc -l "$T/million.log" >>"$T/wc"
done
for what in scan scanl wc; do
	echo "$what: $(median <"$T/$what") s for $(wc -l <"$T/million.log") lines"
done
awk -v s="$(median <"$T/scan")" -v w="$(median <"$T/wc")" 'BEGIN {
	printf "scan: %.1f million lines a second, %.1f times the time of wc -l\n", 1 / s, s / w }'
