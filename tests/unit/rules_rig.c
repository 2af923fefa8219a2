#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recognise_rig.h"
#include "rules_rig.h"

#define HEAD_LEN (RIG_TAG_LEN + 64)

void
rig_tag(const struct rule_program *p, char tag[RIG_TAG_LEN])
{
	static const char any[] = "any/";
	const bool in_any = strncmp(p->tags, any, sizeof(any) - 1) == 0;
	const char *name = p->tags + (in_any ? sizeof(any) - 1 : 0);

	snprintf(tag, RIG_TAG_LEN, "%s%.*s", in_any ? "postfix/" : "",
	    (int)strcspn(name, " "), name);
}

static void
put(char *out, size_t size, size_t *n, const char *text, size_t len)
{
	if (len > size - *n)
		len = size - *n;
	memcpy(out + *n, text, len);
	*n += len;
}

/* The bound of a field "{80|...", 0: none; *p goes past it. */
static size_t
field_bound(const char **p)
{
	char *end;
	unsigned long bound = strtoul(*p, &end, 10);

	if (end == *p || *end != '|')
		return 0;
	*p = end + 1;
	return bound;
}

size_t
rig_fill(const char *message, const char *text, size_t text_len, char *out,
    size_t size)
{
	size_t n = 0, bound;
	bool inside = false;

	for (; *message != '\0'; message++) {
		if (!inside && (*message == '{' || *message == '}') &&
		    message[1] == *message) {
			put(out, size, &n, message++, 1);
		} else if (*message == '}') {
			inside = false;
		} else if (*message == '{') {
			inside = true;
			message++;
			bound = field_bound(&message);
			message--;
			if (bound == 0 || bound > text_len)
				bound = text_len;
			if (text != NULL)
				put(out, size, &n, text, bound);
		} else if (!inside || text == NULL) {
			put(out, size, &n, message, 1);
		}
	}
	return n;
}

static size_t
put_head(const struct rule_program *program, char head[HEAD_LEN])
{
	char tag[RIG_TAG_LEN];

	rig_tag(program, tag);
	return (
	    size_t)snprintf(head, HEAD_LEN, "Nov 24 10:00:00 mx1 %s[7]: ", tag);
}

size_t
rig_head_len(const struct rule_program *program)
{
	char head[HEAD_LEN];

	return put_head(program, head);
}

bool
rig_tell(struct recognise *r, const struct rule_program *program,
    const char *message, size_t n, struct event *ev)
{
	static char *line; /* until the next call, for ev->user */
	char head[HEAD_LEN];
	size_t head_len = put_head(program, head);

	free(line);
	line = malloc(head_len + n); /* so that a sanitizer sees the end */
	assert_non_null(line);
	memcpy(line, head, head_len);
	memcpy(line + head_len, message, n);
	n += head_len;
	return recognise_line(r, line,
	    n < RECOGNISE_LINE_MAX ? n : RECOGNISE_LINE_MAX, RIG_NOW, ev);
}

struct recognise *
rig_prepare(const struct rig_entry *e)
{
	struct recognise *r = rig_recogniser();
	char message[RIG_MESSAGE_MAX];
	struct event ev;
	unsigned i;
	size_t n;

	assert_non_null(r);
	for (i = 0; i < e->ngiven; i++) {
		n = rig_fill(e->given[i], NULL, 0, message, sizeof(message));
		(void)rig_tell(r, e->program, message, n, &ev);
	}
	return r;
}

static void
find_rule(struct rig_entry *e, const char *server, const char *program,
    const char *template)
{
	const struct rule *r;
	size_t i;

	e->ngiven = 0;
	for (i = 0; i < rules_programs_count; i++)
		if (strcmp(rules_programs[i].server, server) == 0 &&
		    strcmp(rules_programs[i].name, program) == 0)
			e->program = &rules_programs[i];
	for (r = rules_next(NULL); r != NULL; r = rules_next(r))
		if (strcmp(r->server, server) == 0 &&
		    strcmp(r->program, program) == 0 &&
		    strcmp(r->template, template) == 0) {
			e->rule = r;
			return;
		}
	fail_msg("no row: %s | %s | %s", server, program, template);
}

/* "LEFT | RIGHT" */
static char *
split_bar(char *text)
{
	char *bar = strstr(text, " | ");

	if (bar == NULL)
		fail_msg("no bar: %s", text);
	*bar = '\0';
	return bar + 3;
}

static void
take_line(struct rig_entry *e, const char *server, char *line,
    void (*check)(const struct rig_entry *))
{
	char *right;

	if (strncmp(line, "given: ", 7) == 0) {
		assert_true(e->ngiven < RIG_GIVEN_MAX);
		strlcpy(e->given[e->ngiven++], line + 7, RIG_MESSAGE_MAX);
		return;
	}
	right = split_bar(line);
	if (strncmp(line, "rule: ", 6) == 0) {
		find_rule(e, server, line + 6, right);
		return;
	}
	e->fits = strncmp(line, "yes: ", 5) == 0;
	if (!e->fits && strncmp(line, "no: ", 4) != 0)
		fail_msg("neither yes nor no: %s", line);
	e->label = line + (e->fits ? 5 : 4);
	e->message = right;
	check(e);
}

static void
read_server(const char *server, void (*check)(const struct rig_entry *))
{
	struct rig_entry e = { 0 };
	char path[256], line[RIG_MESSAGE_MAX];
	FILE *fp;

	snprintf(path, sizeof(path), TEST_DATA "/corpus/rules/%s.txt", server);
	if ((fp = fopen(path, "re")) == NULL)
		fail_msg("%s is not there", path);
	while (fgets(line, sizeof(line), fp) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '#' && line[0] != '\0')
			take_line(&e, server, line, check);
	}
	fclose(fp);
}

void
rig_entries(void (*check)(const struct rig_entry *))
{
	const char *server = NULL;
	const struct rule *r;

	for (r = rules_next(NULL); r != NULL; r = rules_next(r))
		if (server == NULL || strcmp(server, r->server) != 0) {
			server = r->server;
			read_server(server, check);
		}
}
