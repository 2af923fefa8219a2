/*
 * smtpbanctl metrics: what the daemon measures, for Prometheus; or the samples
 * of that text, which is of the daemon's own making, as JSON.
 */
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "command.h"
#include "json.h"

/*
 * A label's value, up to the quote that ends it, without its escapes, in its
 * place; returns how long it is and leaves *p behind the quote.
 */
static size_t
unescape(char **p)
{
	char *begin = *p, *to = begin, *from;

	for (from = begin; *from != '\0' && *from != '"'; from++) {
		if (*from == '\\' && from[1] != '\0')
			*to++ = *++from == 'n' ? '\n' : *from;
		else if (*from != '\\')
			*to++ = *from;
	}
	*p = from + (*from == '"');
	return (size_t)(to - begin);
}

/* What follows the '{'; returns where the value begins. */
static char *
print_labels(struct json *j, char *p)
{
	char *name, *value;
	size_t n;

	while (*p != '\0' && *p != '}') {
		name = p;
		p += strcspn(p, "\"");
		if (p > name && p[-1] == '=')
			p[-1] = '\0';
		p += *p == '"';
		value = p;
		n = unescape(&p);
		json_bytes(j, name, value, n);
		p += *p == ',';
	}
	return p + (*p == '}');
}

static void
print_sample(struct json *j, char *line)
{
	size_t n = strcspn(line, "{ ");
	char *p = line + n;

	json_object(j, NULL);
	json_bytes(j, "name", line, n);
	json_object(j, "labels");
	if (*p == '{')
		p = print_labels(j, p + 1);
	json_end(j);
	json_string(j, "value", p + strspn(p, " "));
	json_end(j);
}

static void
print_json(char *text)
{
	struct json j;
	char *line;

	json_begin(&j, stdout);
	json_array(&j, NULL);
	while ((line = strsep(&text, "\n")) != NULL)
		if (line[0] != '\0' && line[0] != '#')
			print_sample(&j, line);
	json_end(&j);
}

int
command_metrics(const struct invocation *v)
{
	struct answer a = { 0 };

	if (client_ask(v->socket, v->name, CTL_METRICS, NULL, 0, &a) == -1)
		return COMMAND_FAILED;
	if (v->json)
		print_json(a.text);
	else if (a.text != NULL)
		fputs(a.text, stdout);
	client_free(&a);
	return COMMAND_OK;
}
