#!/bin/sh
# A real systemd restarts a service of which one process hangs: the bans are
# there again, and their routes never went.
set -u
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/boot.sh
. "$(dirname "$0")/boot.sh"
trap 'status=$?; boot_down; (exit $status); cleanup' EXIT

main_pid()
{
	inside systemctl show -p MainPID --value smtpban.service
}
restarted()
{
	service_runs >/dev/null && [ "$(main_pid)" != "$main" ]
}
routed()
{
	inside ip route show 198.51.100.7 proto 83 | grep -q '^blackhole 198.51.100.7'
}
text()
{
	inside systemctl show -p StatusText --value smtpban.service
}
text_is()
{
	[ "$(text)" = "$1" ]
}

# hangs WHAT PID: it is restarted by the watchdog, and nothing is lost.
hangs()
{
	main=$(main_pid)
	inside kill -STOP "$2"
	n=0
	until restarted; do
		routed || fail "$1: the route went"
		n=$((n + 1))
		[ $n -lt 200 ] || fail "$1 hangs, and nobody restarts it"
		sleep 0.1
	done
	routed || fail "$1: the ban is lost"
	wait_for 10 inside smtpbanctl check 198.51.100.7 ||
	    fail "$1: the ban is not known"
	[ -z "$(inside journalctl -u smtpban -p err -o cat -q)" ] ||
	    fail "$1: it ended by itself, and not by the watchdog"
}

boot_up "$(dirname "$STAGE")"
inside sh -c 'cat >>/etc/systemd/system/smtpban.service.d/test.conf;
    systemctl daemon-reload; systemctl restart smtpban.service' <<EOT
WatchdogSec=2
TimeoutAbortSec=2
EOT
check "ban" inside smtpbanctl ban 198.51.100.7
wait_for 10 text_is "1 bans; all well" || fail "status: $(text)"
hangs "the parser" "$(inside pgrep -x smtpban-parser)"
hangs "the enforcer" "$(main_pid)"

# It is told what is wrong, and that it is over.
inside sh -c 'echo nonsense >/etc/smtpban.conf; chmod 600 /etc/smtpban.conf'
refuse "reload" inside systemctl reload smtpban.service
wait_for 10 text_is "1 bans; configuration not taken: /etc/smtpban.conf:1: unknown word \"nonsense\", see smtpban.conf(5)" ||
    fail "status: $(text)"
inside sh -c 'echo "metrics listen on 127.0.0.1 port 9983" >/etc/smtpban.conf'
inside systemctl kill --kill-whom=main -s HUP smtpban.service
wait_for 10 text_is "1 bans; all well" || fail "status: $(text)"

# The unit lets metrics be asked for from this host.
measured()
{
	printf 'GET /metrics HTTP/1.0\r\n\r\n' |
	    inside nc -w 5 127.0.0.1 9983 | grep -q '^smtpban_build_info'
}
wait_for 10 measured || fail "no metrics under the unit"

# The reason of its end is in the journal, as a failure.
main=$(main_pid)
inside pkill -9 -x smtpban-parser
wait_for 20 restarted || fail "the service does not come back"
inside journalctl -u smtpban -p err -o cat | grep -q 'the parser ended' ||
    fail "the journal does not say why"
