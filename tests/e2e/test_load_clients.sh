#!/bin/sh
# A thousand clients of the control socket that mean no good, of other users:
# root is answered all the same, and not a line is lost meanwhile.
. "$(dirname "$0")/lib.sh"
net_up
conf
# What other users can reach; they may ask as members of the group.
chmod 711 "$T"
cp "$(dirname "$TCP")/crowd" "$STAGE/bin/smtpbanctl" "$T" || fail "no crowd"
GROUP=$(getent group smtpban | cut -d: -f3)
[ -n "$GROUP" ] || fail "there is no group smtpban"

# as_user UID GROUPS COMMAND...
as_user()
{
	uid=$1 groups=$2
	shift 2
	setpriv --reuid "$uid" --regid "$uid" "$groups" "$@"
}

# in_time MILLISECONDS COMMAND...: the longest so far is kept in $slowest.
slowest=0
in_time()
{
	limit=$1
	shift
	began=$(date +%s%3N)
	timeout --foreground 60 nsenter --net="/run/netns/$S" "$STAGE/bin/smtpbanctl" \
	    -s "$SOCK" "$@" >"$T/out" 2>&1 || {
		sed 's/^/    /' "$T/out"
		fail "root is not served: $*"
	}
	took=$(($(date +%s%3N) - began))
	[ "$took" -le "$slowest" ] || slowest=$took
	[ "$took" -lt "$limit" ] || fail "root waits $took ms: $*"
}

start
# Long answers for those who do not read them.
awk -v t="$(ago 0)" 'BEGIN {
	for (i = 0; i < 6000; i++)
		printf "%s mx1 postfix/smtpd[%d]: warning: unknown[2001:db8:%x:%x::1]: SASL LOGIN authentication failed: UGFzc3dvcmQ6\n", t, i, 4096 + i / 256, i % 256
}' >>"$LOG"
settle

# Who is not in the group cannot even connect; who is can change nothing.
refuse "a stranger may ask" as_user 54321 --clear-groups \
    "$T/smtpbanctl" -s "$SOCK" status
grep -q "only root and members of group smtpban may ask" "$T/out" ||
    fail "$(cat "$T/out")"
check "a member may not ask" as_user 54321 "--groups=$GROUP" \
    "$T/smtpbanctl" -s "$SOCK" status
for change in "ban 203.0.113.9" "unban 203.0.113.9" flush expire reload \
    "log brief"; do
	# shellcheck disable=SC2086
	refuse "a member may: $change" as_user 54321 "--groups=$GROUP" \
	    "$T/smtpbanctl" -s "$SOCK" $change
	grep -q "only root may do that" "$T/out" || fail "$(cat "$T/out")"
done
not_routed 203.0.113.9 || fail "a member banned"

parser=$(parser_pid)
rss=$(awk '/^VmRSS/ { print $2 }' "/proc/$parser/status")
lines=$(wc -l <"$T/daemon.log")
crowds=
for uid in 54321 54322 54323 54324 54325; do
	as_user "$uid" "--groups=$GROUP" "$T/crowd" "$SOCK" 200 \
	    "${CROWD_SECONDS:-12}" >"$T/crowd.$uid" 2>&1 &
	crowds="$crowds $!"
done
sleep 1
for i in 1 2 3 4 5 6; do
	in_time 20000 ban "203.0.113.$i"
	routed "203.0.113.$i" || fail "203.0.113.$i is not banned"
	in_time 20000 -j status
	failures 5 "198.51.100.$i" >>"$LOG"
	awk -v t="$(ago 0)" -v r="$i" 'BEGIN {
		for (i = 0; i < 5000; i++)
			printf "%s mx1 postfix/qmgr[77]: 4D%05dX: from=<a@example.org>, size=%d, nrcpt=1 (queue active)\n", t, i, r
	}' >>"$LOG"
	in_time 20000 bans
	in_time 20000 offenders
	sleep 1
done
ip -n "$S" route show proto 83 >"$T/routes"
for i in 1 2 3 4 5 6; do
	banned "198.51.100.$i"
done
for pid in $crowds; do
	wait "$pid" || fail "the crowd: $(cat "$T"/crowd.*)"
done
sed 's/^/    /' "$T"/crowd.*
echo "    root waits $slowest ms at most"
[ "$(parser_pid)" = "$parser" ] || fail "the parser is another one"
# One of the crowd was answered, too, and those who asked for more refused.
cat "$T"/crowd.* | grep -q ' [1-9][0-9]* of them errors' || fail "no answers"
settle
[ "$(ctl -j status | tr -d ' \n' | sed 's/.*"auth":\([0-9]*\).*/\1/')" = 6030 ] ||
    fail "not 6030 failures: $(ctl -j status)"
ctl -j status | tr -d ' \n' | grep -q '"lines":36030[,}]' || fail "not 36030 lines: $(ctl -j status)"
said=$(grep -c "control socket: too many clients" "$T/daemon.log")
[ "$said" -ge 1 ] && [ "$said" -le 3 ] || fail "it is said $said times"
added=$(($(wc -l <"$T/daemon.log") - lines))
[ "$added" -lt 200 ] || fail "$added lines in our own log"
now=$(awk '/^VmRSS/ { print $2 }' "/proc/$parser/status")
echo "    the parser: $rss KiB before, $now KiB after"
if [ -z "${SANITIZED:-}" ]; then
	[ "$now" -lt $((rss + 8192)) ] || fail "memory: $rss KiB, then $now KiB"
fi
[ "$(find "/proc/$parser/fd" | wc -l)" -lt 40 ] ||
    fail "descriptors: $(find "/proc/$parser/fd" | wc -l)"
stop
