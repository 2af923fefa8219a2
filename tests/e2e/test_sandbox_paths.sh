#!/bin/sh
# What happens once in a year must not meet a filter that never saw it.
set -u
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# launch COMMAND...: with files of /etc that are this test's own.
launch()
{
	exec nsenter --net="/run/netns/$S" unshare -m sh -c '
		mount --bind "$1/etc" /etc && shift && exec "$@"' launch "$T" "$@"
}

# was_read N: the configuration, so many times.
was_read()
{
	[ "$(grep -c "was read again" "$T/daemon.log")" = "$1" ]
}

prohibited()
{
	shown route show "$1" proto 83 | grep -q "^prohibit $1"
}

net_up
conf
cp -a /etc "$T/etc"
rm -f "$T/etc/resolv.conf" "$T/etc/localtime"
ln -s /dev/null "$T/etc/resolv.conf"
ln -s /dev/null "$T/etc/localtime"

# More rotated logs than libc sorts on its stack.
i=1
while [ $i -le 200 ]; do
	date=$(date -d "-$i days" +%Y%m%d)
	failures 1 203.0.113.200 >"$LOG-$date"
	touch -d "-$i days" "$LOG-$date"
	i=$((i + 1))
done
start

# More accounts than that, by one attacker.
i=0
while [ $i -lt 200 ]; do
	bad_logins 1 198.51.100.71 "name$i"
	i=$((i + 1))
done >>"$LOG"
banned 198.51.100.71
wait_for 5 sh -c "[ \$('$STAGE/bin/smtpbanctl' -s '$SOCK' -q accounts | wc -l) -ge 200 ]" ||
    fail "accounts: $(ctl -q accounts | wc -l)"

# Resolvers that are none, read again for a new address.
in_ns "$S" ip addr add 198.51.100.1/32 dev lo
wait_for 5 sh -c "'$STAGE/bin/smtpbanctl' -s '$SOCK' ban 198.51.100.1 2>&1 |
    grep -q 'address of this host'" || fail "the address was not seen"

# All that a reload can come upon.
sed -i '/^log /d' "$CONF"
kill -HUP "$DAEMON"
wait_for 5 was_read 1 || fail "no reload without a log"
echo 'whitelist file "/nowhere"' >>"$CONF"
kill -HUP "$DAEMON"
wait_for 5 grep -q "nowhere.*No such file" "$T/daemon.log" ||
    fail "no reload with a whitelist that is missing"
conf 'log journal'
kill -HUP "$DAEMON"
wait_for 5 grep -q '"log journal" cannot change' "$T/daemon.log" ||
    fail "no reload with the journal"
LOG=$T/folder/mail.log
conf 'route prohibit'
kill -HUP "$DAEMON"
wait_for 5 was_read 2 || fail "no reload with a folder that is missing"
mkdir "$T/folder"
failures 5 198.51.100.72 >"$LOG"
wait_for 5 prohibited 198.51.100.72 || fail "not banned"
check "released" prohibited 198.51.100.71
stop
