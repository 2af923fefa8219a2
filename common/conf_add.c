/* smtpban.conf(5): the statements that add up. */
#include <stdlib.h>
#include <string.h>

#include "conf_parse.h"
#include "template.h"

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

	if (strcmp(path, "journal") == 0)
		why = "want no quotes for the journal";
	if (why != NULL)
		conf_error(p, line, "log %s: %s", conf_quote(quoted, path),
		    why);
	else
		add_source(p, line, path);
}

void
conf_add_journal(struct conf_parser *p, unsigned line)
{
	add_source(p, line, MSG_JOURNAL);
}

/* A tag is one word, as it stands before the colon of a log line. */
static bool
is_tag(const char *tag)
{
	const size_t n = strlen(tag);

	return n > 0 && n < MSG_TAG_LEN && strcspn(tag, " []:\t") == n;
}

void
conf_add_match(struct conf_parser *p, unsigned line, const char *tag,
    const char *template, const char *category)
{
	struct conf *conf = p->conf;
	struct msg_conf_match *m = &conf->matches[conf->nmatches];
	const enum category c = category_parse(category);
	char quoted[CONF_QUOTED];
	const char *why;

	if (conf->nmatches == MSG_MATCHES_MAX) {
		conf_error(p, line, "match: more than %d", MSG_MATCHES_MAX);
		return;
	}
	if (!is_tag(tag))
		conf_error(p, line, "match %s: want the name of a program",
		    conf_quote(quoted, tag));
	why = strlen(template) < MSG_TEMPLATE_LEN ?
	    template_add_match(NULL, template, NULL) :
	    "too long";
	if (why != NULL)
		conf_error(p, line, "match %s: %s",
		    conf_quote(quoted, template), why);
	if (c == CATEGORY_NONE)
		conf_error(p, line, "match as %s: %s",
		    conf_quote(quoted, category), CONF_WANT_CATEGORY);
	m->category = c;
	(void)strlcpy(m->tag, tag, sizeof(m->tag));
	(void)strlcpy(m->template, template, sizeof(m->template));
	conf->nmatches++;
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
	uint32_t port;
	unsigned i;

	/* The kernel's rules take no 65535. */
	if (!conf_read_number(p, SET_PORTS, line, word, 1, 65534, &port))
		return;
	for (i = 0; i < conf->nroute_ports; i++)
		if (conf->route_ports[i] == port)
			return;
	if (conf->nroute_ports == CONF_PORTS_MAX)
		conf_error(p, line, "route ports \"%u\": more than %d ports",
		    port, CONF_PORTS_MAX);
	else
		conf->route_ports[conf->nroute_ports++] = port;
}
