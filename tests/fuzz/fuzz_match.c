/*
 * Any template of a "match", and any bytes where its message has what a client
 * chose: whatever compiles takes the address that stands where <addr> or
 * <client> does, or none.  Input: the template, a NUL, the client's text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "recognise/template_match.h"

#define ADDRESS "192.0.2.7"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const struct {
	const char *name;
	const char *fill; /* NULL: the client's text */
} fields[] = {
	{ "<addr>", ADDRESS },
	{ "<client>", "h7.example.net[" ADDRESS "]" },
	{ "<num>", "17" },
	{ "<user>", NULL },
	{ "<text>", NULL },
};
#define NFIELDS (sizeof(fields) / sizeof(fields[0]))

struct message {
	char *text;
	size_t n;
};

static void
put(struct message *m, const void *text, size_t n)
{
	if (n == 0)
		return;
	if ((m->text = realloc(m->text, m->n + n)) == NULL)
		abort();
	memcpy(m->text + m->n, text, n);
	m->n += n;
}

/* Past one piece of the template, whose message is put into m. */
static const char *
fill(struct message *m, const char *p, const uint8_t *chosen, size_t n)
{
	size_t i, len;

	for (i = 0; i < NFIELDS; i++) {
		len = strlen(fields[i].name);
		if (strncmp(p, fields[i].name, len) != 0)
			continue;
		if (fields[i].fill != NULL)
			put(m, fields[i].fill, strlen(fields[i].fill));
		else
			put(m, chosen, n);
		return p + len;
	}
	if (p[0] == '<' && p[1] == '<')
		p++;
	put(m, p, 1);
	return p + 1;
}

/* What is taken from a message of the template. */
static void
check(const char *template, const struct message *m)
{
	struct template_tree *tree = template_new();
	struct template_match found;
	struct prefix client;

	if (tree == NULL ||
	    prefix_parse_addr(ADDRESS, sizeof(ADDRESS) - 1, &client) == -1)
		abort();
	if (template_add_match(tree, template, template) != NULL)
		abort(); /* it compiled a moment ago */
	if (template_match(tree, m->text, m->n, &found) &&
	    prefix_cmp(&found.client, &client) != 0)
		abort();
	template_free(tree);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = memchr(data, '\0', size), *chosen;
	struct message m = { NULL, 0 };
	const char *template = (const char *)data, *p;

	if (nul == NULL || template_add_match(NULL, template, NULL) != NULL)
		return 0;
	chosen = nul + 1;
	for (p = template; *p != '\0';)
		p = fill(&m, p, chosen, (size_t)(data + size - chosen));
	check(template, &m);
	free(m.text);
	return 0;
}
