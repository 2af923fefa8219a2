#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "log.h"
#include "setup.h"

struct setup *
setup_new(void)
{
	struct setup *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->whitelist = prefix_set_new()) == NULL ||
	    (s->rules = recognise_rules_new()) == NULL)
		fatal("configuration");
	return s;
}

void
setup_free(struct setup *s)
{
	unsigned i;

	if (s == NULL)
		return;
	for (i = 0; i < MSG_LOGS_MAX; i++)
		free(s->paths[i]);
	prefix_set_free(s->whitelist);
	recognise_rules_free(s->rules);
	free(s);
}

void
setup_add_whitelist(struct setup *s, const struct prefix *p)
{
	if (prefix_set_add(s->whitelist, p) == -1)
		fatal("whitelist");
}

void
setup_add_match(struct setup *s, const struct msg_conf_match *m)
{
	const char *why =
	    recognise_rules_match(s->rules, m->tag, m->template, m->category);

	if (why != NULL)
		fatalx("match %s: %s", m->tag, why);
}

void
setup_add_log(struct setup *s, const struct msg_conf_log *log)
{
	if (s->paths[log->index] != NULL)
		fatalx("log %u is configured twice", log->index);
	s->paths[log->index] = strdup(log->path);
	if (s->paths[log->index] == NULL)
		fatal("log %u", log->index);
}

uint32_t
setup_window(const struct setup *s)
{
	return conf_window(&s->policy);
}
