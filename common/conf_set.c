/* smtpban.conf(5): the settings that may be given once, and their bounds. */
#include <sys/un.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_parse.h"

#define THRESHOLD_MAX 1000
#define PATIENCE_MAX  1000
#define HOSTS_MIN     2
#define HOSTS_MAX     65536

/* What a setting is called, and its range if it is one number. */
static const struct {
	const char *name;
	uint32_t min;
	uint32_t max;
} settings[SET_NUMBER] = {
	[SET_THRESHOLD] = { .name = "threshold" },
	[SET_THRESHOLD_NETWORK] = { .name = "threshold network" },
	[SET_KNOWN] = { .name = "known clients" },
	[SET_REPEATS] = { .name = "repeats" },
	[SET_PREFIX] = { .name = "prefix inet6", .min = 32, .max = 128 },
	[SET_NETWORK] = { .name = "network inet", .min = 16, .max = 31 },
	[SET_NETWORK6] = { .name = "network inet6", .min = 32, .max = 128 },
	[SET_PRIVATE] = { .name = "private" },
	[SET_BAN_FOR] = { .name = "ban for" },
	[SET_BAN_REPEAT] = { .name = "ban repeat" },
	[SET_REMEMBER] = { .name = "remember" },
	[SET_ROUTE] = { .name = "route" },
	[SET_TABLE] = { .name = "route table" },
	[SET_PORTS] = { .name = "route ports" },
	[SET_PROTOCOL] = { .name = "route protocol", .min = 5, .max = 255 },
	[SET_DISCONNECT] = { .name = "disconnect" },
	[SET_DATABASE] = { .name = "database" },
	[SET_CONTROL] = { .name = "control" },
	[SET_METRICS] = { .name = "metrics" },
	[SET_USER] = { .name = "user" },
	[SET_BANS] = { .name = "limit bans", .min = 1, .max = 10000000 },
	[SET_OFFENDERS] = { .name = "limit offenders",
	    .min = 1,
	    .max = 10000000 },
	[SET_REQUESTS] = { .name = "limit requests", .min = 1, .max = 1000000 },
};

/* Say what is wrong with a word of a setting. */
static void
set_error(struct conf_parser *p, enum conf_setting set, unsigned line,
    const char *word, const char *why)
{
	char quoted[CONF_QUOTED];

	p->wrong[set] = true;
	conf_error(p, line, "%s %s: %s", settings[set].name,
	    conf_quote(quoted, word), why);
}

bool
conf_give(struct conf_parser *p, enum conf_setting set, unsigned line)
{
	if (p->given[set] != 0) {
		conf_error(p, line, "\"%s\" was already given in line %u",
		    settings[set].name, p->given[set]);
		return false;
	}
	p->given[set] = line;
	return true;
}

bool
conf_read_number(struct conf_parser *p, enum conf_setting set, unsigned line,
    const char *word, uint32_t min, uint32_t max, uint32_t *value)
{
	const char *why;
	long long n;
	char want[64];

	/* strtonum would take a sign and blanks before the digits. */
	if (word[0] >= '0' && word[0] <= '9') {
		n = strtonum(word, min, max, &why);
		if (why == NULL) {
			*value = (uint32_t)n;
			return true;
		}
	}
	(void)snprintf(want, sizeof(want), "want a number from %u to %u", min,
	    max);
	set_error(p, set, line, word, want);
	return false;
}

static bool
set_time(struct conf_parser *p, enum conf_setting set, unsigned line,
    const char *word, uint32_t *seconds)
{
	uint32_t value;
	const char *why = conf_parse_time(word, &value);

	if (why != NULL) {
		set_error(p, set, line, word, why);
		return false;
	}
	*seconds = value;
	return true;
}

void
conf_set_number(struct conf_parser *p, enum conf_setting set, unsigned line,
    const char *word, uint32_t *value)
{
	if (conf_give(p, set, line))
		conf_read_number(p, set, line, word, settings[set].min,
		    settings[set].max, value);
}

void
conf_set_time(struct conf_parser *p, enum conf_setting set, unsigned line,
    const char *word, uint32_t *seconds)
{
	if (conf_give(p, set, line))
		set_time(p, set, line, word, seconds);
}

void
conf_set_choice(struct conf_parser *p, enum conf_setting set, unsigned line,
    uint32_t choice, uint32_t *value)
{
	if (conf_give(p, set, line))
		*value = choice;
}

void
conf_set_route(struct conf_parser *p, unsigned line, enum conf_route route)
{
	if (conf_give(p, SET_ROUTE, line))
		p->conf->route = route;
}

void
conf_set_disconnect(struct conf_parser *p, unsigned line, bool disconnect)
{
	if (conf_give(p, SET_DISCONNECT, line))
		p->conf->disconnect = disconnect;
}

const char *
conf_check_path(const char *path, size_t size)
{
	size_t n = strlen(path);
	const char *name = strrchr(path, '/');

	if (path[0] != '/')
		return "want an absolute path, beginning with /";
	if (name[1] == '\0')
		return "want a file, not a directory";
	if (n >= size)
		return "path is too long";
	return strlen(name + 1) >= MSG_NAME_LEN ? "file name is too long" :
						  NULL;
}

void
conf_set_path(struct conf_parser *p, enum conf_setting set, unsigned line,
    const char *path, char **value)
{
	const char *why;
	size_t size = MSG_PATH_LEN;

	if (!conf_give(p, set, line))
		return;
	if (set == SET_CONTROL)
		size = sizeof(((struct sockaddr_un *)NULL)->sun_path);
	why = conf_check_path(path, size);
	if (why != NULL) {
		set_error(p, set, line, path, why);
		return;
	}
	free(*value);
	*value = conf_copy(path);
}

void
conf_set_user(struct conf_parser *p, unsigned line, const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	const size_t n = strlen(name);

	if (!conf_give(p, SET_USER, line))
		return;
	if (n == 0 || n > 32 || strspn(name, letters) != n ||
	    strchr("0123456789-.", name[0]) != NULL) {
		set_error(p, SET_USER, line, name, "want the name of a user");
		return;
	}
	if (strcmp(name, "root") == 0) {
		set_error(p, SET_USER, line, name,
		    "want a user without rights, as " CONF_USER);
		return;
	}
	free(p->conf->user);
	p->conf->user = conf_copy(name);
}

void
conf_set_threshold(struct conf_parser *p, unsigned line, const char *category,
    const char *count, const char *within)
{
	enum category c = CATEGORY_NONE;
	struct msg_threshold *t;

	if (category != NULL) {
		c = category_parse(category);
		if (c == CATEGORY_NONE) {
			set_error(p, SET_THRESHOLD, line, category,
			    CONF_WANT_CATEGORY);
			return;
		}
	}
	if (p->given_category[c] != 0) {
		conf_error(p, line,
		    "\"threshold%s%s\" was already given in "
		    "line %u",
		    c != CATEGORY_NONE ? " " : "",
		    c != CATEGORY_NONE ? category_name(c) : "",
		    p->given_category[c]);
		return;
	}
	p->given_category[c] = line;
	t = &p->conf->policy.threshold[c];
	conf_read_number(p, SET_THRESHOLD, line, count, 1, THRESHOLD_MAX,
	    &t->count);
	set_time(p, SET_THRESHOLD, line, within, &t->within);
}

void
conf_set_network_threshold(struct conf_parser *p, unsigned line,
    const char *count, const char *within)
{
	struct msg_threshold *t = &p->conf->policy.network;

	if (!conf_give(p, SET_THRESHOLD_NETWORK, line))
		return;
	conf_read_number(p, SET_THRESHOLD_NETWORK, line, count, 1,
	    THRESHOLD_MAX, &t->count);
	set_time(p, SET_THRESHOLD_NETWORK, line, within, &t->within);
}

void
conf_set_known(struct conf_parser *p, unsigned line, const char *age,
    const char *patience)
{
	if (!conf_give(p, SET_KNOWN, line))
		return;
	set_time(p, SET_KNOWN, line, age, &p->conf->policy.known_for);
	conf_read_number(p, SET_KNOWN, line, patience, 1, PATIENCE_MAX,
	    &p->conf->policy.known_patience);
}

void
conf_set_network(struct conf_parser *p, enum conf_setting set, unsigned line,
    const char *len, const char *hosts)
{
	int i = set == SET_NETWORK6;

	if (!conf_give(p, set, line))
		return;
	conf_read_number(p, set, line, len, settings[set].min,
	    settings[set].max, &p->conf->policy.network_len[i]);
	conf_read_number(p, set, line, hosts, HOSTS_MIN, HOSTS_MAX,
	    &p->conf->policy.network_hosts[i]);
}

void
conf_set_double(struct conf_parser *p, unsigned line, const char *max)
{
	if (!conf_give(p, SET_BAN_REPEAT, line))
		return;
	p->conf->ban_double = 1;
	set_time(p, SET_BAN_REPEAT, line, max, &p->conf->ban_max);
}

void
conf_set_table(struct conf_parser *p, unsigned line, const char *number)
{
	uint32_t table;

	if (!conf_give(p, SET_TABLE, line) ||
	    !conf_read_number(p, SET_TABLE, line, number, 1, UINT32_MAX,
		&table))
		return;
	if (table == 253 || table == 255)
		set_error(p, SET_TABLE, line, number,
		    "253 and 255 are the system's own, want another");
	else
		p->conf->route_table = table;
}

void
conf_set_metrics(struct conf_parser *p, unsigned line, const char *addr,
    const char *port)
{
	struct prefix prefix;

	if (!conf_give(p, SET_METRICS, line))
		return;
	if (prefix_parse_addr(addr, strlen(addr), &prefix) == -1)
		set_error(p, SET_METRICS, line, addr,
		    "want an address, as 127.0.0.1");
	else
		p->conf->metrics_address = conf_copy(addr);
	conf_read_number(p, SET_METRICS, line, port, 1, 65535,
	    &p->conf->metrics_port);
}
