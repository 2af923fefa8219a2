#!/bin/sh
# Counting for a fleet: the rsyslogd of two mail hosts forward to that of a third,
# whose smtpband counts the failures together; BGP takes its ban to both.
set -u
# shellcheck source=tests/fleet/lib.sh
. "$(dirname "$0")/lib.sh"
HOSTS="20 11 12"
S=smtpban-$$-20

# rsyslog_up HOST SAMPLE INPUT: the sample, with nothing of the host's.
rsyslog_up()
{
	mkdir -p "$T/spool-$1"
	{
		echo "global(workDirectory=\"$T/spool-$1\""
		echo "	localHostname=\"mx$1\")"
		echo "$3"
		sed -e "s,/var/log/smtpban-fleet.log,$LOG," \
		    -e 's/resumeInterval="5"/resumeInterval="1"/' \
		    "$RC/rsyslog-$2.conf"
	} >"$T/rsyslog-$1.conf"
	nsenter --net="/run/netns/smtpban-$$-$1" rsyslogd -n -i NONE \
	    -f "$T/rsyslog-$1.conf" >"$T/rsyslog-$1.log" 2>&1 &
	RSYSLOG=$!
	PIDS="$PIDS $RSYSLOG"
}

sender_up()
{
	rsyslog_up "$1" sender "module(load=\"imuxsock\" sysSock.use=\"off\")
input(type=\"imuxsock\" socket=\"$T/dev-log-$1\")"
	wait_for 10 test -S "$T/dev-log-$1" || fail "no rsyslogd on host $1"
}

# fail_on HOST N ADDRESS
fail_on()
{
	n=$2
	while [ "$n" -gt 0 ]; do
		logger -u "$T/dev-log-$1" -p mail.warning -t postfix/smtpd \
		    --id=4711 "warning: unknown[$3]: SASL LOGIN authentication failed: UGFzc3dvcmQ6"
		n=$((n - 1))
	done
}

lines()
{
	[ "$(grep -c "$1" "$LOG")" = "$2" ]
}

fleet_up
conf
: >"$LOG"
"$STAGE/bin/smtpbanctl" whitelist -b -f "$CONF" >"$T/friends.conf"
bird_up 20 11 12
bird_up 11 20 12
bird_up 12 20 11
rsyslog_up 20 receiver ""
RECEIVER=$RSYSLOG
sender_up 11
sender_up 12
for host in $HOSTS; do
	wait_for 30 established "$host" || fail "host $host has no peers"
done
start

# A stranger's lines are not taken.
failures 9 198.51.100.200 |
    nsenter --net="/run/netns/$C" timeout 2 nc -N 192.0.2.20 10514

fail_on 11 3 198.51.100.7
wait_for 10 lines 198.51.100.7 3 || fail "lines do not come: $(cat "$LOG")"
settle
not_routed 198.51.100.7 || fail "three failures are a ban"
fail_on 12 2 198.51.100.7
banned 198.51.100.7
for host in $HOSTS; do
	wait_for 2 dropped 198.51.100.7 "$host" || fail "no ban on host $host"
	refuse "host $host answers the attacker" reach 198.51.100.7 "$host"
	check "host $host is deaf" reach 198.51.100.8 "$host"
done
lines 'mx11 .*198.51.100.7' 3 && lines 'mx12 .*198.51.100.7' 2 ||
    fail "the hosts have no names: $(cat "$LOG")"
lines 198.51.100.200 0 || fail "a stranger is heard"
check "no unban" ctl unban 198.51.100.7
for host in $HOSTS; do
	wait_for 2 reach 198.51.100.7 "$host" || fail "host $host keeps the ban"
done

# What is logged while the receiver is down comes later, and counts.
kill -TERM "$RECEIVER" || fail "no receiver"
wait "$RECEIVER"
sleep 1
fail_on 11 6 198.51.100.70
rsyslog_up 20 receiver ""
wait_for 20 routed 198.51.100.70 || fail "what waited is lost: $(cat "$LOG")"
wait_for 2 dropped 198.51.100.70 12 || fail "no ban on host 12"
stop
