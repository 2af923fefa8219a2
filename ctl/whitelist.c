#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "command.h"
#include "json.h"
#include "whitelist.h"

/*
 * What prefix_special names, in the fewest networks: IPv6 but for global unicast
 * (2000::/3) and unique local addresses (fc00::/7) has none that could be banned.
 */
static const char *const special[] = { "0.0.0.0/8", "127.0.0.0/8",
	"169.254.0.0/16", "224.0.0.0/3", "::/3", "4000::/2", "8000::/2",
	"c000::/3", "e000::/4", "f000::/5", "f800::/6", "fe00::/7" };

/* What prefix_is_private names. */
static const char *const private[] = { "10.0.0.0/8", "100.64.0.0/10",
	"172.16.0.0/12", "192.168.0.0/16", "fc00::/7" };

void
whitelist_show(FILE *out, const struct conf *c)
{
	size_t i, n = prefix_set_count(c->whitelist);
	char text[PREFIX_STRLEN];

	for (i = 0; i < n; i++)
		fprintf(out, "%s\n",
		    prefix_format(prefix_set_get(c->whitelist, i), text));
}

static void
show_entry(struct json *j, const struct prefix *p)
{
	json_object(j, NULL);
	json_prefix(j, "prefix", p);
	json_end(j);
}

void
whitelist_json(FILE *out, const struct conf *c)
{
	size_t i, n = prefix_set_count(c->whitelist);
	struct json j;

	json_begin(&j, out);
	json_array(&j, NULL);
	for (i = 0; i < n; i++)
		show_entry(&j, prefix_set_get(c->whitelist, i));
	json_end(&j);
}

static void
add_texts(struct prefix_set *set, const char *const *texts, size_t n)
{
	struct prefix p;

	for (; n > 0; n--, texts++)
		if (prefix_parse(*texts, &p) != NULL ||
		    prefix_set_add(set, &p) == -1)
			err(COMMAND_FAILED, "%s", *texts);
}

static void
show_set(FILE *out, const struct prefix_set *set, unsigned family)
{
	size_t i, n = prefix_set_count(set);
	const char *comma = "";
	const struct prefix *p;
	char text[PREFIX_STRLEN];

	fprintf(out, "define smtpban_friends%u = [", family);
	for (i = 0; i < n; i++) {
		p = prefix_set_get(set, i);
		if (p->family != family)
			continue;
		prefix_format(p, text);
		fprintf(out, "%s\n\t%s", comma, text);
		if (p->len == prefix_maxlen(p))
			fprintf(out, "/%u", prefix_maxlen(p));
		fprintf(out, "{0,%u}", prefix_maxlen(p));
		comma = ",";
	}
	fprintf(out, "\n];\n");
}

void
whitelist_bird(FILE *out, const struct conf *c)
{
	struct prefix_set *set = prefix_set_new();
	size_t i, n = prefix_set_count(c->whitelist);

	if (set == NULL)
		err(COMMAND_FAILED, NULL);
	add_texts(set, special, sizeof(special) / sizeof(special[0]));
	if (!c->policy.private_allowed)
		add_texts(set, private, sizeof(private) / sizeof(private[0]));
	for (i = 0; i < n; i++)
		if (prefix_set_add(set, prefix_set_get(c->whitelist, i)) == -1)
			err(COMMAND_FAILED, NULL);
	show_set(out, set, PREFIX_INET);
	show_set(out, set, PREFIX_INET6);
	prefix_set_free(set);
}

static void
conf_error(void *arg, const char *line)
{
	(void)arg;
	fprintf(stderr, "%s\n", line);
}

/* Without a file of that name the defaults hold, as for smtpband. */
static const char *
default_conf(void)
{
	return access(CONF_FILE, F_OK) == -1 && errno == ENOENT ? NULL :
								  CONF_FILE;
}

int
command_whitelist(const struct invocation *v)
{
	struct conf *c;

	if ((v->bird && v->json) || v->nconfs > 1) {
		warnx("whitelist: want only one %s",
		    v->nconfs > 1 ? "configuration" : "of -b and -j");
		return COMMAND_USAGE;
	}
	c = conf_read(v->nconfs > 0 ? v->confs[0] : default_conf(), false,
	    conf_error, NULL);
	if (c == NULL)
		return COMMAND_FAILED;
	if (v->json)
		whitelist_json(stdout, c);
	else if (v->bird)
		whitelist_bird(stdout, c);
	else
		whitelist_show(stdout, c);
	conf_free(c);
	return COMMAND_OK;
}
