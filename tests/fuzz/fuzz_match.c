/*
 * Any template of a "match", and any bytes where its message has what a client
 * chose: whatever compiles takes the address that stands where <addr> or
 * <client> does, or none.  Input: the template, a NUL, the client's text; or,
 * from a byte below 32 on, a byte for each piece of both.
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

/* What a template and a client's text are made of. */
static const char *const pieces[] = { "<addr>", "<client>", "<num>", "<user>",
	"<text>", " ", ":", ": ", ".", "5", "f", "<<", "[", "]", "a", " from ",
	"203.0.113.9", "2001:db8::1", "h8.example.net[203.0.113.9]", "\"",
	ADDRESS, "login refused for ", "/", "1" };
#define NPIECES (sizeof(pieces) / sizeof(pieces[0]))
#define END     0xff

/* Pieces up to the END, or that of the input. */
static size_t
join(const uint8_t **p, const uint8_t *end, char *text, size_t size)
{
	text[0] = '\0';
	for (; *p < end && **p != END; (*p)++)
		if (strlcat(text, pieces[**p % NPIECES], size) >= size)
			break;
	*p += *p < end;
	return strlen(text);
}

static void
try_template(const char *template, const void *chosen, size_t n)
{
	struct message m = { NULL, 0 };
	const char *p;

	if (template_add_match(NULL, template, NULL) != NULL)
		return;
	for (p = template; *p != '\0';)
		p = fill(&m, p, chosen, n);
	check(template, &m);
	free(m.text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = memchr(data, '\0', size), *end = data + size;
	char template[256], chosen[256];
	size_t n;

	if (size > 0 && data[0] != '\0' && data[0] < ' ') {
		data++;
		(void)join(&data, end, template, sizeof(template));
		n = join(&data, end, chosen, sizeof(chosen));
		try_template(template, chosen, n);
	} else if (nul != NULL)
		try_template((const char *)data, nul + 1,
		    (size_t)(end - nul - 1));
	return 0;
}
