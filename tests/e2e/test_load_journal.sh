#!/bin/sh
# Half a million lines of the journal at once, through its pipe: a stand-in for
# journalctl writes as fast as the pipe takes it, and waits while it is full.
. "$(dirname "$0")/lib.sh"
net_up
printf 'log journal\ndatabase "%s"\ncontrol "%s"\nlimit requests 500\n' \
    "$T/bans.db" "$SOCK" >"$CONF"
chmod 711 "$T"
cat >"$T/journalctl" <<-EOT
	#!/bin/sh
	cat "$T/journal"
	exec sleep 1000
EOT
chmod 755 "$T/journalctl"
# The system's own journalctl is covered by it in a mount namespace.
launch()
{
	exec unshare -m sh -c 'mount --bind "$0" /usr/bin/journalctl &&
	    ns=$1 && shift && exec nsenter --net="/run/netns/$ns" "$@"' \
	    "$T/journalctl" "$S" "$@"
}
# 1,000 hosts with five failures each, and 3,000 with four of which all tell.
awk -v t="$(date +%s)" 'BEGIN {
	for (r = 0; r < 5; r++)
		for (i = 0; i < 4000; i++) {
			if (r == 4 && i >= 1000)
				continue
			printf "%d.%06d mx1 postfix/smtpd[%d]: warning: unknown[2001:db8:%x:%x::1]: SASL LOGIN authentication failed: UGFzc3dvcmQ6\n", t, i, i, 4096 + i / 256, i % 256
		}
	for (i = 0; i < 483000; i++)
		printf "%d.%06d mx1 postfix/qmgr[77]: 4D%06dX: from=<a@example.org>, size=1, nrcpt=1 (queue active)\n", t, i, i
}' >"$T/journal"
chmod 644 "$T/journal"
[ "$(wc -l <"$T/journal")" = 500000 ] || fail "not half a million lines"
start
number()
{
	ctl -j status | tr -d ' \n' | sed "s/.*\"$1\":\([0-9]*\).*/\1/"
}
all_read()
{
	[ "$(number lines)" = 500000 ] && [ "$(number auth)" = 17000 ] &&
	    [ "$(number behind)" = 0 ] &&
	    [ "$(ip -n "$S" -6 route show proto 83 | wc -l)" = 1000 ]
}
wait_for 60 all_read ||
    fail "$(ip -n "$S" -6 route show proto 83 | wc -l) of 1000: $(ctl -j status)"
reader=$(pgrep -P "$DAEMON" -x sleep) # which reads no pipe, and so would stay
stop
kill "$reader" || fail "no stand-in for journalctl"
