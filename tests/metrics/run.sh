#!/bin/sh
# usage: sudo sh tests/metrics/run.sh BUILD
# The metrics as Prometheus's own tools and a real Prometheus read them, and
# the alerts and the dashboard that are made of them.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd) || exit 1
STAGE=$build/stage
TCP=$build/tests/e2e/tcp
export STAGE TCP
# shellcheck source=tests/e2e/lib.sh
. "$here/../e2e/lib.sh"
NAME=metrics
rc=$(cd "$here/../../rc" && pwd)
for program in prometheus promtool jq; do
	command -v "$program" >/dev/null || fail "no $program"
done
PROMETHEUS=
end_all()
{
	status=$?
	[ -z "$PROMETHEUS" ] || kill "$PROMETHEUS" 2>/dev/null
	(exit "$status")
	cleanup
}
trap end_all EXIT

# The files alone.
check "promtool check rules" promtool check rules "$rc/smtpban-alerts.yml"
check "promtool test rules" promtool test rules "$here/alerts.yml"
sed -n 's/.*- alert: //p' "$rc/smtpban-alerts.yml" >"$T/alerts"
while read -r alert; do
	grep -A 2 "alertname: $alert" "$here/alerts.yml" | grep -q exp_alerts ||
	    fail "no test raises $alert"
done <"$T/alerts"
[ -s "$T/alerts" ] || fail "no alerts"
jq -r '.. | .expr? // empty' "$rc/smtpban-dashboard.json" >"$T/exprs" ||
    fail "the dashboard is no JSON"
[ "$(wc -l <"$T/exprs")" -gt 15 ] || fail "the dashboard shows next to nothing"
[ "$(jq '[.panels[].id] | length - (unique | length)' \
    "$rc/smtpban-dashboard.json")" = 0 ] || fail "two panels have one number"

net_up
conf "metrics listen on 127.0.0.1 port 9983"
start
{
	failures 5 198.51.100.7
	failures 5 2001:db8:bad:7::1
	login_line 198.51.100.9 alice
} >>"$LOG"
banned 198.51.100.7
banned 2001:db8:bad:7::/64

# promtool has no remark, neither by the control socket nor by HTTP.
remarkless()
{
	check "promtool check metrics" promtool check metrics <"$1"
	[ ! -s "$T/out" ] || fail "promtool: $(cat "$T/out")"
}
ctl metrics >"$T/metrics" || fail "smtpbanctl metrics"
remarkless "$T/metrics"
# get PORT PATH
get()
{
	printf 'GET %s HTTP/1.0\r\n\r\n' "$2" |
	    in_ns "$S" nc -w 20 127.0.0.1 "$1" | sed '1,/^.$/d'
}
get 9983 /metrics >"$T/body"
grep -q smtpban_ "$T/body" || fail "no metrics by HTTP"
remarkless "$T/body"

# No query names a metric that is not there; up is Prometheus's own.
grep -oh 'smtpban_[a-z_]*' "$T/exprs" "$rc/smtpban-alerts.yml" | sort -u \
    >"$T/names"
[ "$(wc -l <"$T/names")" -gt 15 ] || fail "too few names: $(cat "$T/names")"
while read -r name; do
	grep -q "^${name}[{ ]" "$T/metrics" || fail "no metric $name"
done <"$T/names"

# A real Prometheus.
cat >"$T/prometheus.yml" <<EOT
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [ "$rc/smtpban-alerts.yml" ]
scrape_configs:
  - job_name: smtpban
    static_configs: [ { targets: [ "127.0.0.1:9983" ] } ]
EOT
check "promtool check config" promtool check config "$T/prometheus.yml"
launch prometheus --config.file="$T/prometheus.yml" \
    --storage.tsdb.path="$T/tsdb" --web.listen-address=127.0.0.1:9984 \
    >"$T/prometheus.log" 2>&1 &
PROMETHEUS=$!
# query EXPRESSION: what Prometheus answers, as JSON.
query()
{
	get 9984 "/api/v1/query?query=$(printf '%s' "$1" | jq -sRr @uri)"
}
asked()
{
	query "$1" | jq -e --arg v "$2" '.data.result[0].value[1] == $v'
}
wait_for 30 asked 'smtpban_bans{category="auth"}' 2 ||
    fail "Prometheus: $(tail -5 "$T/prometheus.log")"
wait_for 10 asked 'up{job="smtpban"}' 1 || fail "it finds smtpban down"
# What increases is seen only between two of its samples.
wait_for 30 asked \
    'count_over_time(smtpban_bans_total{category="auth"}[1h]) >= bool 3' 1 ||
    fail "it does not ask every second"
failures 5 198.51.100.11 >>"$LOG"
wait_for 10 asked 'sum(smtpban_bans)' 3 || fail "it sees no new ban"
wait_for 10 asked 'smtpban_line_to_route_seconds_count' 3 || fail "histogram"
wait_for 10 asked 'sum(increase(smtpban_bans_total[1h])) > bool 0' 1 ||
    fail "a ban more is no increase: $(query 'smtpban_bans_total[1h]')"

# Each query of the dashboard has an answer, with Grafana's variables set.
while read -r expr; do
	# shellcheck disable=SC2016
	expr=$(printf '%s' "$expr" |
	    sed 's/\$instance/.*/g; s/\$__rate_interval/1m/g')
	query "$expr" >"$T/answer"
	jq -e '.status == "success" and (.data.result | length) > 0' \
	    "$T/answer" >/dev/null || fail "$expr: $(cat "$T/answer")"
done <"$T/exprs"

# So has each alert, of which none is raised here.
healthy()
{
	get 9984 /api/v1/rules >"$T/rules" &&
	    jq -e '[.data.groups[].rules[].health] |
		length > 5 and all(. == "ok")' "$T/rules"
}
wait_for 10 healthy || fail "rules: $(cat "$T/rules")"
jq -e 'all(.data.groups[].rules[]; .state == "inactive")' "$T/rules" \
    >/dev/null || fail "alerts: $(cat "$T/rules")"

# It does not wait for a daemon that ends, and finds the next one.
stop
wait_for 10 asked 'up{job="smtpban"}' 0 || fail "it finds smtpban up"
start
wait_for 10 asked 'up{job="smtpban"}' 1 || fail "it finds smtpban down"
wait_for 10 asked 'sum(smtpban_bans)' 3 || fail "bans after a restart"
stop
echo "metrics: all holds"
