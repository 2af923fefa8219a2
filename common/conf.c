#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_grammar.h"
#include "conf_parse.h"

#define HOUR 3600U
#define DAY  (24 * HOUR)
#define WEEK (7 * DAY)

char *
conf_copy(const char *s)
{
	char *copy = strdup(s);

	if (copy == NULL)
		fatal("configuration");
	return copy;
}

bool
conf_full(const struct conf_parser *p)
{
	return p->errors > CONF_ERRORS_MAX;
}

static void
error_report(struct conf_parser *p, const char *path, unsigned line,
    const char *what)
{
	char *text;
	int n;

	if (line != 0)
		n = asprintf(&text, "%s:%u: %s", path, line, what);
	else
		n = asprintf(&text, "%s: %s", path, what);
	if (n == -1)
		fatal("configuration");
	p->report(p->arg, text);
	free(text);
}

static __attribute__((format(printf, 4, 0))) void
error_take(struct conf_parser *p, const char *path, unsigned line,
    const char *fmt, va_list ap)
{
	char *what;

	if (conf_full(p))
		return;
	if (++p->errors > CONF_ERRORS_MAX) {
		error_report(p, p->path, 0, "too many errors");
		return;
	}
	if (vasprintf(&what, fmt, ap) == -1)
		fatal("configuration");
	error_report(p, path, line, what);
	free(what);
}

void
conf_error(struct conf_parser *p, unsigned line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_take(p, p->path, line, fmt, ap);
	va_end(ap);
}

void
conf_error_in(struct conf_parser *p, const char *path, unsigned line,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_take(p, path, line, fmt, ap);
	va_end(ap);
}

void
conf_default_policy(struct msg_policy *policy)
{
	memset(policy, 0, sizeof(*policy));
	policy->threshold[CATEGORY_NONE].count = 5;
	policy->threshold[CATEGORY_NONE].within = DAY;
	policy->threshold[CATEGORY_PROBE].count = 20;
	policy->threshold[CATEGORY_PROBE].within = HOUR;
	policy->counted = 1U << CATEGORY_AUTH | 1U << CATEGORY_RELAY |
	    1U << CATEGORY_PROBE | 1U << CATEGORY_PROTOCOL;
	policy->known_for = 30 * DAY;
	policy->known_patience = 4;
	policy->repeats = MSG_REPEATS_PASSWORD;
	policy->inet6_len = 64;
	policy->limit_offenders = 1000000;
}

static struct conf *
conf_new(void)
{
	struct conf *conf = calloc(1, sizeof(*conf));

	if (conf == NULL)
		fatal("configuration");
	conf->whitelist = prefix_set_new();
	if (conf->whitelist == NULL)
		fatal("configuration");
	conf_default_policy(&conf->policy);
	conf->ban_for = 7 * DAY;
	conf->ban_double = 1;
	conf->ban_max = 8 * WEEK;
	conf->remember = 30 * DAY;
	conf->route = CONF_BLACKHOLE;
	conf->route_table = CONF_TABLE_MAIN;
	conf->route_protocol = 83;
	conf->disconnect = true;
	conf->database = conf_copy(CONF_DATABASE);
	conf->control = conf_copy(CONF_CONTROL);
	conf->user = conf_copy(CONF_USER);
	conf->limit_bans = 200000;
	conf->limit_requests = 1000;
	return conf;
}

void
conf_free(struct conf *conf)
{
	unsigned i;

	if (conf == NULL)
		return;
	for (i = 0; i < conf->nlogs; i++)
		free(conf->logs[i]);
	prefix_set_free(conf->whitelist);
	free(conf->database);
	free(conf->control);
	free(conf->user);
	free(conf->metrics_address);
	free(conf);
}

/* As it would be written, in the largest unit that it is a multiple of. */
static const char *
time_format(uint32_t seconds, char text[16])
{
	static const uint32_t units[] = { WEEK, DAY, HOUR, 60, 1 };
	size_t i = 0;

	while (seconds % units[i] != 0)
		i++;
	(void)snprintf(text, 16, "%u%c", seconds / units[i], "wdhms"[i]);
	return text;
}

/* What only the whole file can tell. */
static void
conf_check(struct conf_parser *p)
{
	struct conf *conf = p->conf;
	char max[16], first[16];

	if (p->counted != 0)
		conf->policy.counted = p->counted;
	if (p->given[SET_BAN_REPEAT] == 0 && conf->ban_for != MSG_FOR_EVER &&
	    conf->ban_for > conf->ban_max)
		conf->ban_max = conf->ban_for;
	if (conf->ban_double && conf->ban_for != MSG_FOR_EVER &&
	    conf->ban_max < conf->ban_for && !p->wrong[SET_BAN_FOR] &&
	    !p->wrong[SET_BAN_REPEAT])
		conf_error(p, p->given[SET_BAN_REPEAT],
		    "ban repeat up to %s is less than ban for %s",
		    time_format(conf->ban_max, max),
		    time_format(conf->ban_for, first));
	if (conf->policy.network_len[1] > conf->policy.inet6_len &&
	    !p->wrong[SET_PREFIX])
		conf_error(p, p->given[SET_NETWORK6],
		    "network inet6 \"%u\": want at most %u, as in prefix inet6",
		    conf->policy.network_len[1], conf->policy.inet6_len);
	if (p->given[SET_PORTS] != 0 && conf->route_table == CONF_TABLE_MAIN &&
	    !p->wrong[SET_TABLE])
		conf_error(p, p->given[SET_PORTS],
		    "route ports: want a table of its own too, as in "
		    "\"route table 2525\"");
	/* In main, the lookup would end, and find no route at all. */
	conf->policy.exempt = conf->route_table != CONF_TABLE_MAIN;
}

static void
conf_parse(struct conf_parser *p)
{
	char why[CONF_WHY_LEN], *text;
	size_t len;

	text = conf_load(p->path, p->secure, &len, why);
	if (text == NULL) {
		conf_error(p, 0, "%s", why);
		return;
	}
	conf_lex_begin(&p->lex, text, len);
	if (conf_yyparse(p) != 0 && p->errors == 0)
		conf_error(p, 0, "could not be read");
	conf_lex_end(&p->lex);
	free(text);
	conf_check(p);
}

struct conf *
conf_read(const char *path, bool secure, conf_report report, void *arg)
{
	struct conf_parser p = { .path = path, .secure = secure };

	p.report = report;
	p.arg = arg;
	p.conf = conf_new();
	if (path != NULL)
		conf_parse(&p);
	if (p.errors != 0) {
		conf_free(p.conf);
		return NULL;
	}
	return p.conf;
}

const char *
conf_parse_time(const char *s, uint32_t *seconds)
{
	static const char not_a_time[] =
	    "want a time: a number with s, m, h, d or w";
	static const char out_of_range[] = "want a time of 1s to 36600d";
	uint64_t n = 0, unit;
	const char *c = s;

	for (; *c >= '0' && *c <= '9'; c++)
		if (n <= MSG_SECONDS_MAX)
			n = n * 10 + (uint64_t)(*c - '0');
	if (c == s || (*c != '\0' && c[1] != '\0'))
		return not_a_time;
	switch (*c) {
	case '\0':
	case 's':
		unit = 1;
		break;
	case 'm':
		unit = 60;
		break;
	case 'h':
		unit = HOUR;
		break;
	case 'd':
		unit = DAY;
		break;
	case 'w':
		unit = WEEK;
		break;
	default:
		return not_a_time;
	}
	n *= unit;
	if (n < 1 || n > MSG_SECONDS_MAX)
		return out_of_range;
	*seconds = (uint32_t)n;
	return NULL;
}
