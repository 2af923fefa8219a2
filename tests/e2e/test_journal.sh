#!/bin/sh
# The journal of a real systemd: followed where no mail log is, replayed after
# a restart, and nothing is lost when what reads it ends.
set -u
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/boot.sh
. "$(dirname "$0")/boot.sh"
trap 'status=$?; boot_down; (exit $status); cleanup' EXIT

# failed ADDRESS [N]: so many logins fail, in Postfix's words.
failed()
{
	n=${2:-1}
	while [ "$n" -gt 0 ]; do
		inside logger -p mail.warning -t postfix/smtpd --id=4711 \
		    "warning: unknown[$1]: SASL LOGIN authentication failed: $n"
		n=$((n - 1))
	done
}

# datagram TEXT: one syslog message, whatever is in it.
datagram()
{
	printf %s "$1" | inside nc -uU -q 0 /dev/log
}

routed()
{
	inside ip route show "$1" proto 83 | grep -q "^blackhole $1"
}

journalctl_pid()
{
	inside pgrep -x journalctl
}

no_journalctl()
{
	! journalctl_pid
}

main_pid()
{
	inside systemctl show -p MainPID --value smtpban.service
}

# counted ADDRESS N: so many failures of it are counted.
counted()
{
	inside smtpbanctl -j check "$1" | tr -d ' \n' |
	    grep -q "\"count\":$2[,}]"
}

# restarted PID: the service runs, and not with this main process.
restarted()
{
	service_runs && [ "$(main_pid)" != "$1" ] && journalctl_pid
}

field()
{
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$2/status" | tr '\t' ' '
}

# As this namespace numbers it.
journalctl_outside()
{
	pgrep --ns "$INIT" --nslist pid -x journalctl
}

boot_up "$(dirname "$STAGE")"

# No mail log, no configuration that names one: the journal.
inside smtpbanctl status | grep -q '\<journal\>' ||
    fail "status does not name the journal"
failed 198.51.100.7 5
wait_for 10 routed 198.51.100.7 || fail "logger(1): not banned"
for i in 1 2 3 4 5; do
	echo "warning: unknown[198.51.100.8]: SASL PLAIN authentication failed: $i"
done | inside systemd-cat -t postfix/smtpd -p warning
wait_for 10 routed 198.51.100.8 || fail "systemd-cat(1): not banned"

# A client cannot write a line of its own into a message.
for i in 1 2 3 4 5; do
	text="mx postfix/smtpd[7]: warning: unknown[203.0.113.66]: SASL LOGIN authentication failed: $i"
	datagram "<20>postfix/smtpd[7]: a
$(date +%s).000000 $text"
	datagram "<20>postfix/smtpd[7]: warning: unknown[203.0.113.67]: SASL LOGIN authentication failed: $i"
done
wait_for 10 routed 203.0.113.67 || fail "what comes after that is not read"

# What reads the journal can do nothing else.
pid=$(journalctl_outside) || fail "no journalctl"
user=$(inside id -u _smtpban)
group=$(inside getent group systemd-journal | cut -d: -f3)
[ "$(field Uid "$pid")" = "$user $user $user $user" ] || fail "user of journalctl"
[ "$(field Gid "$pid")" = "$group $group $group $group" ] ||
    fail "group of journalctl"
[ "$(field Groups "$pid" | tr -d ' ')" = "$group" ] || fail "groups of journalctl"
[ "$(field CapPrm "$pid")" = 0000000000000000 ] || fail "its capabilities"
[ "$(field NoNewPrivs "$pid")" = 1 ] || fail "its new privileges"
# Nor can a parser that was taken over get hold of it.
refuse "the parser's user may look into journalctl" inside setpriv \
    --reuid _smtpban --regid smtpban --clear-groups \
    cat "/proc/$(journalctl_pid)/environ"

# What was logged before the restart still counts.
failed 198.51.100.9 4
wait_for 10 counted 198.51.100.9 4 || fail "four failures are not counted"
check "restart" inside systemctl restart smtpban.service
wait_for 10 counted 198.51.100.9 4 || fail "not replayed"
routed 198.51.100.9 && fail "banned too early"
failed 198.51.100.9
wait_for 10 routed 198.51.100.9 || fail "the replay does not count"

# And what is logged while nobody reads.
check "stop" inside systemctl stop smtpban.service
journalctl_pid && fail "journalctl outlives the service"
failed 198.51.100.10 5
check "start" inside systemctl start smtpban.service
wait_for 10 routed 198.51.100.10 || fail "missed while it was stopped"

# journalctl dies: all starts anew, bans stay.
main=$(main_pid)
inside pkill -9 -x journalctl
wait_for 20 restarted "$main" || fail "the service does not come back"
routed 198.51.100.7 || fail "a ban is lost"
failed 198.51.100.11 5
wait_for 10 routed 198.51.100.11 || fail "not followed after that"
inside journalctl -u smtpban | grep -q 'journalctl ended' ||
    fail "the log does not say why"

# The enforcer is killed: nothing is left of it.
main=$(main_pid)
reader=$(journalctl_pid)
inside kill -9 "$main"
wait_for 20 restarted "$main" || fail "the service does not come back"
[ "$(journalctl_pid)" != "$reader" ] || fail "journalctl outlives smtpband"

# A new journal file is followed too.
check "rotate" inside journalctl --rotate
failed 198.51.100.12 5
wait_for 10 routed 198.51.100.12 || fail "not followed over a rotation"
routed 203.0.113.66 && fail "a text within a message counts"

# What stands in a file too is one event.
inside sh -c 'printf "log journal\nlog \"/var/log/mail.log\"\n"' \
    >"$T/both.conf"
inside sh -c 'cat >/etc/smtpban.conf; : >/var/log/mail.log' <"$T/both.conf"
check "restart" inside systemctl restart smtpban.service
wait_for 10 journalctl_pid || fail "the journal and a file: not started"
for i in 1 2 3 4; do
	# shellcheck disable=SC2016
	inside sh -c 'echo "$1 mx postfix/smtpd[$$]: $2" >>/var/log/mail.log
		exec logger -p mail.warning -t postfix/smtpd --id=$$ "$2"' \
	    sh "$(ago 0)" "warning: unknown[198.51.100.14]: SASL LOGIN authentication failed: $i"
done
wait_for 10 counted 198.51.100.14 4 || fail "two logs: not counted once"
sleep 0.5
counted 198.51.100.14 4 || fail "two logs: counted twice"

# The journal can leave without a restart, but not come.
main=$(main_pid)
inside sh -c 'echo "log \"/var/log/mail.log\"" >/etc/smtpban.conf'
check "reload" inside smtpbanctl reload
wait_for 10 no_journalctl || fail "journalctl stays"
inside sh -c 'echo "log journal" >/etc/smtpban.conf'
refuse "the journal came without a restart" inside smtpbanctl reload
grep -q '"log journal" cannot change without a restart' "$T/out" ||
    fail "the answer to the reload"
[ "$(main_pid)" = "$main" ] || fail "a reload restarts it"
check "restart" inside systemctl restart smtpban.service
wait_for 10 journalctl_pid || fail "the journal does not come with a restart"

# A stop is not a failure.
check "stop" inside systemctl stop smtpban.service
[ "$(inside systemctl show -p Result --value smtpban.service)" = success ] ||
    fail "the stop failed"
inside journalctl -u smtpban >"$T/log"
[ "$(grep -c 'journalctl ended' "$T/log")" = 1 ] &&
    ! grep -q 'what reads it has ended' "$T/log" ||
    fail "stops are told as failures"
