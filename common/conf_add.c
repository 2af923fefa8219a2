#include <stdlib.h>
#include <string.h>

#include "conf_parse.h"

/* Take a source into the list, once. */
static void
add_source(struct conf_parser *p, unsigned line, const char *path)
{
	struct conf *conf = p->conf;
	char quoted[CONF_QUOTED];
	unsigned i;

	conf_quote(quoted, path);
	for (i = 0; i < conf->nlogs; i++) {
		if (strcmp(conf->logs[i], path) == 0) {
			conf_error(p, line,
			    "log %s was already given in line %u", quoted,
			    p->given_log[i]);
			return;
		}
	}
	if (conf->nlogs == MSG_LOGS_MAX) {
		conf_error(p, line, "log %s: more than %d logs", quoted,
		    MSG_LOGS_MAX);
		return;
	}
	p->given_log[conf->nlogs] = line;
	conf->logs[conf->nlogs++] = conf_copy(path);
}

void
conf_add_log(struct conf_parser *p, unsigned line, const char *path)
{
	const char *why = conf_check_path(path, MSG_PATH_LEN);
	char quoted[CONF_QUOTED];

	if (why != NULL)
		conf_error(p, line, "log %s: %s", conf_quote(quoted, path),
		    why);
	else
		add_source(p, line, path);
}

void
conf_add_journal(struct conf_parser *p, unsigned line)
{
	p->conf->unsupported |= CONF_HAS_JOURNAL;
	add_source(p, line, MSG_JOURNAL);
}

static unsigned
pattern_count(const char *pattern, const char *what)
{
	unsigned n = 0;

	for (; (pattern = strstr(pattern, what)) != NULL; pattern++)
		n++;
	return n;
}

void
conf_add_match(struct conf_parser *p, unsigned line, const char *tag,
    const char *pattern, const char *category)
{
	char quoted[CONF_QUOTED];

	p->conf->unsupported |= CONF_HAS_MATCH;
	if (tag[0] == '\0')
		conf_error(p, line, "match \"\": want the name of a program");
	conf_quote(quoted, pattern);
	if (pattern_count(pattern, "<addr>") != 1)
		conf_error(p, line, "match %s: want <addr> in it, once",
		    quoted);
	if (pattern_count(pattern, "<user>") > 1)
		conf_error(p, line, "match %s: <user> is in it twice", quoted);
	if (category_parse(category) == CATEGORY_NONE)
		conf_error(p, line, "match as %s: %s",
		    conf_quote(quoted, category), CONF_WANT_CATEGORY);
}

void
conf_add_count(struct conf_parser *p, unsigned line, const char *category)
{
	enum category c = category_parse(category);
	char quoted[CONF_QUOTED];

	if (c == CATEGORY_NONE)
		conf_error(p, line, "count %s: %s",
		    conf_quote(quoted, category), CONF_WANT_CATEGORY);
	else
		p->counted |= 1U << c;
}

void
conf_add_whitelist(struct conf_parser *p, unsigned line, const char *word)
{
	struct prefix prefix;
	const char *why = prefix_parse(word, &prefix);
	char quoted[CONF_QUOTED];

	if (why != NULL)
		conf_error(p, line, "whitelist %s: %s",
		    conf_quote(quoted, word), why);
	else if (prefix_set_add(p->conf->whitelist, &prefix) == -1)
		fatal("whitelist");
}

void
conf_add_port(struct conf_parser *p, unsigned line, const char *word)
{
	struct conf *conf = p->conf;
	const unsigned max =
	    sizeof(conf->route_ports) / sizeof(conf->route_ports[0]);
	uint32_t port;
	unsigned i;

	if (!conf_read_number(p, SET_PORTS, line, word, 1, 65535, &port))
		return;
	for (i = 0; i < conf->nroute_ports; i++)
		if (conf->route_ports[i] == port)
			return;
	if (conf->nroute_ports == max)
		conf_error(p, line, "route ports \"%u\": more than %u ports",
		    port, max);
	else
		conf->route_ports[conf->nroute_ports++] = port;
}
