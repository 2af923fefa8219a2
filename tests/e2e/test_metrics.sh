# What is measured: smtpbanctl metrics and /metrics, clients that mean ill, and
# reloads.  What Prometheus says of it: tests/metrics.
. "$(dirname "$0")/lib.sh"
SCRAPERS=$(dirname "$TCP")/scrapers
CLIENTS=
end_all()
{
	status=$?
	# shellcheck disable=SC2086
	[ -z "$CLIENTS" ] || kill $CLIENTS 2>/dev/null
	(exit "$status")
	cleanup
}
trap end_all EXIT
net_up
conf "metrics listen on 127.0.0.1 port 9983"
start

# http [PATH [METHOD [PORT]]]: the answer, headers and all.
http()
{
	printf '%s %s HTTP/1.0\r\n\r\n' "${2:-GET}" "${1:-/metrics}" |
	    in_ns "$S" nc -w 20 127.0.0.1 "${3:-9983}"
}
# metric NAME VALUE: as smtpbanctl prints it now.
metric()
{
	ctl metrics >"$T/metrics" && grep -Fqx "$1 $2" "$T/metrics"
}
measured()
{
	wait_for 5 metric "$@" || fail "not $1 $2: $(grep "^${1%%{*}" "$T/metrics")"
}

# What happens is counted, of both families and by hand.
{
	failures 5 198.51.100.7
	failures 5 2001:db8:bad:7::1
	login_line 198.51.100.9 alice
} >>"$LOG"
banned 198.51.100.7
banned 2001:db8:bad:7::/64
failures 2 198.51.100.8 >>"$LOG"
check "a ban by hand" ctl ban 203.0.113.9
refuse "a protected address" ctl ban 127.0.0.1
check "unban" ctl unban 203.0.113.9
measured 'smtpban_bans{category="auth"}' 2
measured 'smtpban_bans{category="manual"}' 0
measured 'smtpban_bans_total{category="auth"}' 2
measured 'smtpban_bans_total{category="manual"}' 1
measured 'smtpban_bans_released_total' 1
measured 'smtpban_failures_total{server="postfix",category="auth"}' 12
measured 'smtpban_logins_total{server="postfix"}' 1
measured 'smtpban_offenders' 1
measured 'smtpban_refused_requests_total' 1
measured 'smtpban_lines_total' 13
measured "smtpban_log_lines_total{log=\"$LOG\"}" 13
measured "smtpban_log_lag_bytes{log=\"$LOG\"}" 0
measured 'smtpban_line_to_route_seconds_count' 2
measured 'smtpban_fault{kind="ledger"}' 0
check "a route is gone" ip -n "$S" route del blackhole 198.51.100.7
measured 'smtpban_routes_healed_total' 1

# The same by HTTP, and nothing else.
http >"$T/http"
head -1 "$T/http" | grep -q '^HTTP/1.[01] 200 ' || fail "$(head -1 "$T/http")"
grep -q '^Content-Type: text/plain; version=0.0.4' "$T/http" || fail "type"
sed '1,/^.$/d' "$T/http" >"$T/body"
grep -Fqx 'smtpban_bans{category="auth"} 2' "$T/body" || fail "bans by HTTP"
sed 's/[{ ].*//' "$T/body" | sort -u >"$T/served"
sed 's/[{ ].*//' "$T/metrics" | sort -u | diff - "$T/served" ||
    fail "metrics differ by where they are asked for"
http /metrics HEAD >"$T/head"
grep -q '^Content-Length: [1-9]' "$T/head" || fail "HEAD: no length"
grep -q smtpban_ "$T/head" && fail "HEAD: a body"
refused()
{
	what=$1
	shift
	http "$@" >"$T/http"
	grep -q '^HTTP/1.[01] [45]' "$T/http" || fail "$what is answered"
	grep -q smtpban_ "$T/http" && fail "$what is told metrics"
}
refused "another path" /etc/passwd
refused "no path" /
refused "a way up" /metrics/../../etc/passwd
refused POST /metrics POST
refused DELETE /metrics DELETE
refused CONNECT /metrics CONNECT

# One that never ends its request: it is ended.
open_sockets()
{
	find "/proc/$(parser_pid)/fd" -lname 'socket:*' | wc -l
}
{ printf 'GET /metrics HTTP/1.1\r\n'; while sleep 0.2; do printf 'X: y\r\n'; done; } \
    2>/dev/null | launch nc 127.0.0.1 9983 >/dev/null 2>&1 &
CLIENTS=$!
failures 5 198.51.100.21 >>"$LOG"
banned 198.51.100.21
check "status meanwhile" ctl status
served()
{
	http | grep -q '^smtpban_build_info'
}
served || fail "one client keeps others from the metrics"
wait_for 30 sh -c "! kill -0 $CLIENTS" || fail "a slow client stays"
CLIENTS=

# Too much of anything.
long=$(printf '%010000d' 0)
http "/metrics?$long" >"$T/http"
grep -q smtpban_ "$T/http" && fail "a long path is answered"
printf 'GET /metrics HTTP/1.1\r\nX: %s\r\n\r\n' "$long" |
    in_ns "$S" nc -w 20 127.0.0.1 9983 >"$T/http"
grep -q smtpban_ "$T/http" && fail "a huge header is answered"
printf 'POST /metrics HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n%s' \
    "$long" | in_ns "$S" nc -w 20 127.0.0.1 9983 >"$T/http"
grep -q smtpban_ "$T/http" && fail "POST is answered"
printf 'GET /metrics HTTP/9.9\r\nContent-Length: -1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n' |
    in_ns "$S" nc -w 20 127.0.0.1 9983 >/dev/null
head -c 300000 /dev/urandom | in_ns "$S" nc -N -w 20 127.0.0.1 9983 >/dev/null
failures 5 198.51.100.22 >>"$LOG"
banned 198.51.100.22
wait_for 20 served || fail "no metrics after that"
[ "$(grep -c . "$T/daemon.log")" -lt 100 ] || fail "hostile clients fill the log"

# A thousand at once, of all manners: the log is followed as if they were not.
launch "$SCRAPERS" 127.0.0.1 9983 1000 20 >"$T/crowd" 2>&1 &
crowd=$!
CLIENTS=$crowd
i=30
while [ "$i" -lt 45 ]; do
	failures 5 "198.51.100.$i" >>"$LOG"
	banned "198.51.100.$i"
	check "status in the crowd" ctl status
	[ "$(open_sockets)" -le 42 ] || fail "$(open_sockets) sockets"
	i=$((i + 1))
done
kill -0 "$crowd" || fail "the crowd is gone: $(cat "$T/crowd")"
wait "$crowd" || fail "the crowd: $(cat "$T/crowd")"
CLIENTS=
grep -v ' 0 bytes' "$T/crowd" | grep -q '^[1-9][0-9]* connections' ||
    fail "the crowd got nothing: $(cat "$T/crowd")"
wait_for 20 served || fail "no metrics after the crowd"
few_sockets()
{
	[ "$(open_sockets)" -le 10 ]
}
wait_for 20 few_sockets || fail "$(open_sockets) sockets are left"
[ "$(grep -c . "$T/daemon.log")" -lt 200 ] || fail "the crowd fills the log"

# A reload moves it: to another port, to all addresses of the same one and
# back, away, and to where it was.
served_at()
{
	http /metrics GET "$1" | grep -q '^smtpban_build_info'
}
listeners()
{
	in_ns "$S" ss -Hltn | awk '{ print $4 }' | grep ':998' | sort |
	    tr '\n' ' '
}
listens()
{
	[ "$(listeners)" = "$1" ] || fail "it listens on $(listeners), not $1"
}
listens "127.0.0.1:9983 "
conf "metrics listen on 127.0.0.1 port 9985"
check "another port" ctl reload
wait_for 5 served_at 9985 || fail "not at the new port"
listens "127.0.0.1:9985 "
conf "metrics listen on 0.0.0.0 port 9985"
check "all addresses" ctl reload
wait_for 5 served_at 9985 || fail "not at all addresses"
listens "0.0.0.0:9985 "
in_ns "$C" nc -z 192.0.2.25 9985 || fail "not from another host"
conf "metrics listen on 127.0.0.1 port 9985"
check "one address" ctl reload
wait_for 5 served_at 9985 || fail "not at one address"
listens "127.0.0.1:9985 "
check "the same" ctl reload
wait_for 5 served_at 9985 || fail "not after the same again"

# What cannot be had changes nothing: a port that another has, or an address.
launch nc -l -k 127.0.0.1 9984 &
CLIENTS=$!
wait_for 5 in_ns "$S" nc -z 127.0.0.1 9984 || fail "no other listener"
conf "metrics listen on 127.0.0.1 port 9984" "threshold 2 within 1d"
refuse "a taken port" ctl reload
grep -q 'metrics: 127.0.0.1 port 9984: Address already in use' "$T/out" ||
    fail "why: $(cat "$T/out")"
served_at 9985 || fail "the old port went by a reload that failed"
conf "metrics listen on 203.0.113.77 port 9985"
refuse "a foreign address" ctl reload
grep -q 'metrics: 203.0.113.77 port 9985: Cannot assign' "$T/out" ||
    fail "why: $(cat "$T/out")"
served_at 9985 || fail "the old address went by a reload that failed"
listens "127.0.0.1:9984 127.0.0.1:9985 "
kill "$CLIENTS"
CLIENTS=
conf
check "no metrics" ctl reload
listens ""
ctl metrics | grep -q '^smtpban_build_info' || fail "smtpbanctl metrics alone"
conf "metrics listen on 127.0.0.1 port 9983"
launch "$SCRAPERS" 127.0.0.1 9983 100 600 >"$T/crowd" 2>&1 &
CLIENTS=$!
i=10
while [ "$i" -gt 0 ]; do
	check "metrics again" ctl reload
	listens "127.0.0.1:9983 "
	conf
	check "no metrics again" ctl reload
	conf "metrics listen on 127.0.0.1 port 9983"
	i=$((i - 1))
done
kill "$CLIENTS"
CLIENTS=
check "metrics again" ctl reload
wait_for 20 served || fail "no metrics after reloads"
wait_for 20 few_sockets || fail "$(open_sockets) sockets are left"
failures 5 198.51.100.24 >>"$LOG"
banned 198.51.100.24

stop

# A port that another has: it says so and does not start.
launch nc -l -k 127.0.0.1 9983 &
CLIENTS=$!
wait_for 5 in_ns "$S" nc -z 127.0.0.1 9983 || fail "no other listener"
refuse "a taken port" in_ns "$S" "$STAGE/sbin/smtpband" -d -f "$CONF"
grep -q 'metrics: 127.0.0.1 port 9983: Address already in use' "$T/out" ||
    fail "why: $(cat "$T/out")"
kill "$CLIENTS"
CLIENTS=

# IPv6, and a client with a link-local address: its interface has no name here.
conf "metrics listen on :: port 9983"
start
link=$(ip -n "$S" -6 -o addr show dev veth0 scope link |
    sed 's/.*inet6 \([^/]*\).*/\1/')
for address in 2001:db8:25::25 "$link%veth0"; do
	printf 'GET /metrics HTTP/1.0\r\n\r\n' |
	    in_ns "$C" nc -6 -w 20 "$address" 9983 >"$T/http"
	grep -q '^smtpban_build_info' "$T/http" || fail "not by $address"
done
failures 5 198.51.100.23 >>"$LOG"
banned 198.51.100.23

# An outage of the authentication backend.
i=60
while [ "$i" -lt 66 ]; do
	login_line "198.51.100.$i" "user$i" 60
	i=$((i + 1))
done >>"$LOG"
settle
measured smtpban_counting_paused 0
measured smtpban_outage_clients 0
i=60
while [ "$i" -lt 66 ]; do
	bad_logins 1 "198.51.100.$i" "user$i"
	i=$((i + 1))
done >>"$LOG"
measured smtpban_counting_paused 1
measured smtpban_outage_clients 6
stop
