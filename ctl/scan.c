/*
 * smtpbanctl scan: what smtpband would do with a log.  It decides by the
 * daemon's own recogniser and policy; only the bans are played, in log time.
 */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "conf.h"
#include "policy.h"
#include "scan_bans.h"
#include "scan_file.h"
#include "show.h"
#include "when.h"

#define OUTPUT_BUFFER ((size_t)256 * 1024)

struct scan {
	const struct invocation *invocation;
	struct policy *policy;
	struct scan_bans *bans;
	struct recognise_rules *rules;
	struct recognise *recognise; /* of the running file */
	struct json json;
	int64_t now;   /* what settles the year of its times */
	uint64_t line; /* number in it */
	uint64_t lines;
	uint64_t events; /* failures of a category that counts */
	uint64_t banned;
};

/* A name that a client chose: no byte of it may act on terminal or table. */
static void
scan_put_user(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;

	if (s == NULL || n == 0) {
		putchar_unlocked('-');
		return;
	}
	for (; n > 0; p++, n--)
		if (*p == '\\')
			fputs("\\\\", stdout);
		else if (*p >= 0x20 && *p < 0x7f)
			putchar_unlocked(*p);
		else
			printf("\\x%02x", *p);
}

static void
scan_show_line(struct scan *s, const struct event *ev, const struct verdict *v)
{
	char buf[PREFIX_STRLEN];

	if (!s->invocation->json) {
		printf("%" PRIu64 "\t%s\t%s\t", s->line,
		    prefix_format(&ev->client, buf),
		    category_name(ev->category));
		scan_put_user(ev->user, ev->user_len);
		printf("\t%s\n", v->spared != NULL ? v->spared : "-");
		return;
	}
	json_object(&s->json, NULL);
	json_number(&s->json, "line", s->line);
	json_prefix(&s->json, "address", &ev->client);
	json_string(&s->json, "category", category_name(ev->category));
	if (ev->user != NULL)
		json_bytes(&s->json, "user", ev->user, ev->user_len);
	else
		json_null(&s->json, "user");
	json_string(&s->json, "spared", v->spared);
	json_end(&s->json);
}

static void
scan_show_ban(struct scan *s, const struct ban *b)
{
	char buf[PREFIX_STRLEN], at[WHEN_STRLEN];

	if (s->invocation->json) {
		json_object(&s->json, NULL);
		json_prefix(&s->json, "prefix", &b->prefix);
		json_time(&s->json, "since", b->since);
		json_time(&s->json, "expires", b->expires);
		json_number(&s->json, "strikes", b->strikes);
		json_string(&s->json, "category", category_name(b->category));
		json_number(&s->json, "count", b->count);
		json_end(&s->json);
		return;
	}
	if (s->banned == 1 && !s->invocation->quiet)
		printf("%-24s %-19s %-12s %6s\n", "PREFIX", "BANNED AT",
		    "CATEGORY", "COUNT");
	printf("%-24s %-19s %-12s %6" PRIu32 "\n",
	    prefix_format(&b->prefix, buf), when_local(b->since, at),
	    category_name(b->category), b->count);
}

static void
scan_ban(struct scan *s, const struct event *ev, const struct verdict *v)
{
	const struct ban *b;

	b = scan_bans_add(s->bans, &v->prefix, v->category, v->count, ev->time);
	offenders_forget(policy_offenders(s->policy), &v->prefix);
	s->banned++;
	scan_show_ban(s, b);
}

/*
 * A failure.  The lines of a banned client are not counted: his packets
 * would not have come.  With -l nobody is banned, and every line is shown.
 */
static void
scan_failure(struct scan *s, const struct event *ev)
{
	struct prefix prefix;
	struct verdict v;

	if ((policy_settings(s->policy)->counted >> ev->category & 1) == 0)
		return;
	s->events++;
	policy_prefix(s->policy, &ev->client, &prefix);
	if (scan_bans_settle(s->bans, &prefix, ev->time))
		return;
	policy_judge(s->policy, ev, ev->time, &v);
	if (s->invocation->lines)
		scan_show_line(s, ev, &v);
	else if (v.over)
		scan_ban(s, ev, &v);
}

static void
scan_line_in(void *arg, const char *line, size_t n)
{
	struct scan *s = arg;
	struct event ev;

	s->line++;
	if (recognise_line(s->recognise, line, n, s->now, &ev) &&
	    ev.kind == EVENT_FAILURE)
		scan_failure(s, &ev);
}

static int
scan_read(struct scan *s, const char *name)
{
	struct scan_file f;
	int result;

	if (scan_file_open(&f, name) == -1)
		return -1;
	if ((s->recognise = recognise_new(s->rules, NULL)) == NULL)
		err(COMMAND_FAILED, NULL);
	s->now = f.mtime;
	s->line = 0;
	result = scan_file_read(&f, scan_line_in, s);
	s->lines += s->line;
	recognise_free(s->recognise);
	return scan_file_close(&f) == -1 ? -1 : result;
}

static void
scan_conf_error(void *arg, const char *line)
{
	(void)arg;
	fprintf(stderr, "%s\n", line);
}

static int
scan_setup(struct scan *s, struct conf **conf)
{
	struct conf *c;
	unsigned i;

	*conf = c =
	    conf_read(s->invocation->conf, false, scan_conf_error, NULL);
	if (c == NULL)
		return -1;
	s->policy = policy_new();
	s->bans = scan_bans_new(c);
	s->rules = recognise_rules_new();
	if (s->policy == NULL || s->bans == NULL || s->rules == NULL)
		err(COMMAND_FAILED, NULL);
	for (i = 0; i < c->nmatches; i++)
		if (recognise_rules_match(s->rules, c->matches[i].tag,
			c->matches[i].template, c->matches[i].category) != NULL)
			err(COMMAND_FAILED, NULL);
	policy_configure(s->policy, &c->policy, c->whitelist);
	c->whitelist = NULL;
	return 0;
}

static void
scan_finish(struct scan *s, struct conf *conf)
{
	const struct invocation *v = s->invocation;

	if (v->json && !v->lines)
		json_end(&s->json);
	else if (!v->lines && !v->quiet)
		printf("%" PRIu64 " lines, %" PRIu64 " events, %" PRIu64
		       " bans\n",
		    s->lines, s->events, s->banned);
	scan_bans_free(s->bans);
	recognise_rules_free(s->rules);
	policy_free(s->policy);
	conf_free(conf);
}

int
command_scan(const struct invocation *v)
{
	struct scan s = { .invocation = v };
	int code = COMMAND_OK, i;
	struct conf *conf;

	if (scan_setup(&s, &conf) == -1)
		return COMMAND_FAILED;
	setvbuf(stdout, NULL, _IOFBF, OUTPUT_BUFFER);
	json_begin(&s.json, stdout);
	if (v->json && !v->lines)
		json_array(&s.json, NULL);
	for (i = 0; i < v->argc; i++)
		if (scan_read(&s, v->argv[i]) == -1)
			code = COMMAND_FAILED;
	scan_finish(&s, conf);
	return code;
}
