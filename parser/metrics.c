#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>

#include <event2/buffer.h>

#include "follow.h"
#include "log.h"
#include "metrics.h"
#include "mirror.h"
#include "msg.h"
#include "offenders.h"
#include "parser.h"
#include "policy.h"

/* What all parts of the text are made from. */
struct source {
	struct evbuffer *out;
	const struct parser *parser;
	const struct msg_counters *enforcer;
	int64_t now;
};

__attribute__((format(printf, 2, 3))) static void
put(const struct source *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (evbuffer_add_vprintf(s->out, fmt, ap) == -1)
		fatalx("metrics: no memory");
	va_end(ap);
}

static void
put_help(const struct source *s, const char *name, const char *type,
    const char *help)
{
	put(s, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
put_one(const struct source *s, const char *name, const char *type,
    const char *help, uint64_t value)
{
	put_help(s, name, type, help);
	put(s, "%s %" PRIu64 "\n", name, value);
}

/*
 * A label's value.  A path may have any bytes: those that are not ASCII are
 * written as in a URL, so that the text is UTF-8 and no two paths look alike.
 */
static void
put_label(const struct source *s, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			put(s, "\\n");
		else if (*text == '"' || *text == '\\')
			put(s, "\\%c", *text);
		else if (*text == '%' || *text < ' ' || *text > '~')
			put(s, "%%%02X", (unsigned char)*text);
		else
			put(s, "%c", *text);
	}
}

static void
render_bans(const struct source *s)
{
	const struct msg_counters *e = s->enforcer;
	unsigned c;

	put_help(s, "smtpban_bans", "gauge", "Bans in force.");
	for (c = CATEGORY_AUTH; c < CATEGORY_COUNT; c++)
		put(s, "smtpban_bans{category=\"%s\"} %zu\n", category_name(c),
		    mirror_active_of(s->parser->mirror, c));
	put_help(s, "smtpban_bans_total", "counter", "Bans made.");
	for (c = CATEGORY_AUTH; c < CATEGORY_COUNT; c++)
		put(s, "smtpban_bans_total{category=\"%s\"} %" PRIu64 "\n",
		    category_name(c), s->parser->stats.banned[c]);
	put_one(s, "smtpban_bans_released_total", "counter",
	    "Bans that ended, by time or by hand.", e->released);
	put_one(s, "smtpban_bans_remembered", "gauge",
	    "Ended bans that still make a next one longer.", e->remembered);
	put_one(s, "smtpban_bans_foreign", "gauge",
	    "Bans whose prefix has a route of another program.", e->foreign);
	put_one(s, "smtpban_bans_unrouted", "gauge",
	    "Bans whose route the kernel refuses.", e->unrouted);
	put_one(s, "smtpban_refused_requests_total", "counter",
	    "Bans refused because their prefix is protected or a limit met.",
	    e->refused);
	put_one(s, "smtpban_routes_healed_total", "counter",
	    "Routes that others removed and that were put back.", e->healed);
}

static void
render_ledger(const struct source *s)
{
	const struct msg_counters *e = s->enforcer;

	put_one(s, "smtpban_ledger_size_bytes", "gauge",
	    "Size of the ledger's two files.", e->ledger_bytes);
	put_one(s, "smtpban_ledger_unwritten_changes", "gauge",
	    "Changes that the ledger lacks because it cannot be written.",
	    e->unwritten);
}

static void
render_faults(const struct source *s)
{
	static const char *const kinds[MSG_FAULTS] = {
		[MSG_FAULT_LEDGER] = "ledger",
		[MSG_FAULT_ROUTES] = "routes",
		[MSG_FAULT_HOST] = "host",
		[MSG_FAULT_CONF] = "configuration",
	};
	unsigned i;

	put_help(s, "smtpban_fault", "gauge",
	    "Whether something is wrong now, by kind.");
	for (i = 0; i < MSG_FAULTS; i++)
		put(s, "smtpban_fault{kind=\"%s\"} %d\n", kinds[i],
		    s->enforcer->fault[i].since != 0);
	put_one(s, "smtpban_errors_total", "counter",
	    "How often something failed.", s->enforcer->errors);
	put_one(s, "smtpban_last_error_timestamp_seconds", "gauge",
	    "When something last failed, 0 if nothing has.",
	    (uint64_t)s->enforcer->error_at);
}

static void
render_counts(const struct source *s)
{
	const struct parser *p = s->parser;
	const struct offenders *offenders = policy_offenders(p->policy);
	uint32_t failing = 0;

	put_one(s, "smtpban_offenders", "gauge",
	    "Clients whose failures are being counted.",
	    offenders_number(offenders));
	put_one(s, "smtpban_offenders_limit", "gauge", "So many of them fit.",
	    policy_settings(p->policy)->limit_offenders);
	put_one(s, "smtpban_offenders_lost_total", "counter",
	    "Clients that were forgotten early because too many are counted.",
	    offenders_lost(offenders));
	put_one(s, "smtpban_counting_paused", "gauge",
	    "Whether failures to log in do not count, as known clients fail.",
	    policy_outage(p->policy, s->now, &failing) != 0);
	put_one(s, "smtpban_outage_clients", "gauge",
	    "Known clients that fail to log in, if counting is paused.",
	    failing);
	put_one(s, "smtpban_lines_total", "counter", "Log lines read.",
	    p->stats.lines);
	put_one(s, "smtpban_lines_cut_total", "counter",
	    "Log lines that were too long and were cut.", p->stats.cut);
	put_one(s, "smtpban_messages_lost_total", "counter",
	    "Log messages of smtpban's own that syslogd did not take.",
	    log_lost());
	put_one(s, "smtpban_replaying", "gauge",
	    "Whether logs from before the start are still being read.",
	    follow_is_replaying(p->follow));
}

/* A server that was heard of has all of its series, so that rates begin at 0. */
static void
render_servers(const struct source *s)
{
	const struct stats *stats = &s->parser->stats;
	const struct stats_server *server;
	unsigned i, c;

	put_help(s, "smtpban_failures_total", "counter",
	    "Failures found in the logs, whether or not they count.");
	for (i = 0; i < STATS_SERVERS; i++) {
		server = &stats->servers[i];
		for (c = CATEGORY_AUTH;
		     server->name != NULL && c <= CATEGORY_POLICY; c++)
			put(s,
			    "smtpban_failures_total{server=\"%s\","
			    "category=\"%s\"} %" PRIu64 "\n",
			    server->name, category_name(c), server->events[c]);
	}
	put_help(s, "smtpban_logins_total", "counter",
	    "Good logins found in the logs.");
	for (i = 0; i < STATS_SERVERS; i++)
		if (stats->servers[i].name != NULL)
			put(s,
			    "smtpban_logins_total{server=\"%s\"} %" PRIu64 "\n",
			    stats->servers[i].name,
			    stats->servers[i].events[CATEGORY_NONE]);
}

enum log_metric {
	LOG_PRESENT,
	LOG_LINES,
	LOG_LAG,
	LOG_TIME,
	LOG_AGE,
	LOG_METRICS
};

/* Of a log that has no line yet there are no times, rather than false ones. */
static void
put_log(const struct source *s, const char *name, enum log_metric metric,
    const struct ctl_log_record *log)
{
	uint64_t value = 0;

	if (metric >= LOG_TIME && log->last_line == 0)
		return;
	if (metric == LOG_PRESENT)
		value = log->present;
	else if (metric == LOG_LINES)
		value = log->lines;
	else if (metric == LOG_LAG)
		value = log->behind;
	else if (metric == LOG_TIME)
		value = (uint64_t)log->last_line;
	else if (s->now > log->last_line)
		value = (uint64_t)(s->now - log->last_line);
	put(s, "%s{log=\"", name);
	put_label(s, log->path);
	put(s, "\"} %" PRIu64 "\n", value);
}

static void
render_logs(const struct source *s)
{
	static const struct {
		const char *name, *type, *help;
	} metrics[LOG_METRICS] = {
		[LOG_PRESENT] = { "smtpban_log_present", "gauge",
		    "Whether the log is open." },
		[LOG_LINES] = { "smtpban_log_lines_total", "counter",
		    "Lines read of the log." },
		[LOG_LAG] = { "smtpban_log_lag_bytes", "gauge",
		    "Bytes of the log that are not read yet." },
		[LOG_TIME] = { "smtpban_log_last_line_timestamp_seconds",
		    "gauge", "When the last line was written." },
		[LOG_AGE] = { "smtpban_log_last_line_age_seconds", "gauge",
		    "How long ago the last line was written." },
	};
	struct ctl_log_record log;
	unsigned i, m;

	for (m = 0; m < LOG_METRICS; m++) {
		put_help(s, metrics[m].name, metrics[m].type, metrics[m].help);
		for (i = 0; i < MSG_LOGS_MAX; i++)
			if (follow_describe(s->parser->follow, i, &log))
				put_log(s, metrics[m].name, m, &log);
	}
}

/* Milliseconds as seconds, without the rounding of floating point. */
static void
put_seconds(const struct source *s, uint64_t ms)
{
	put(s, "%" PRIu64 ".%03u", ms / 1000, (unsigned)(ms % 1000));
}

static void
render_delays(const struct source *s)
{
	const struct stats_delays *d = &s->parser->stats.delays;
	uint64_t n = 0;
	unsigned i;

	put_help(s, "smtpban_line_to_route_seconds", "histogram",
	    "From the reading of the line that was too much to the route.");
	for (i = 0; i < STATS_DELAYS; i++) {
		n += d->n[i];
		put(s,
		    "smtpban_line_to_route_seconds_bucket{le=\"%g\"} "
		    "%" PRIu64 "\n",
		    stats_delay_bounds[i] / 1000.0, n);
	}
	n += d->n[STATS_DELAYS];
	put(s,
	    "smtpban_line_to_route_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n",
	    n);
	put(s, "smtpban_line_to_route_seconds_sum ");
	put_seconds(s, d->sum);
	put(s, "\nsmtpban_line_to_route_seconds_count %" PRIu64 "\n", n);
}

struct evbuffer *
metrics_render(const struct parser *p, const struct msg_counters *counters,
    int64_t now)
{
	const struct source s = { evbuffer_new(), p, counters, now };

	if (s.out == NULL)
		fatalx("metrics: no memory");
	put_help(&s, "smtpban_build_info", "gauge", "The running version.");
	put(&s, "smtpban_build_info{version=\"%s\"} 1\n", SMTPBAN_VERSION);
	put_one(&s, "smtpban_start_time_seconds", "gauge",
	    "When smtpband was started.", (uint64_t)counters->started);
	render_bans(&s);
	render_ledger(&s);
	render_faults(&s);
	render_counts(&s);
	render_servers(&s);
	render_logs(&s);
	render_delays(&s);
	return s.out;
}
