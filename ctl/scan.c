/*
 * smtpbanctl scan: what smtpband would do with a log.  It decides by the
 * daemon's own recogniser and policy; only the bans are played, in log time.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "recognise/doubles.h"
#include "scan.h"
#include "scan_progress.h"
#include "scan_read.h"

#define OUTPUT_BUFFER ((size_t)256 * 1024)

/* Configurations with the same shapes of lines share one reading of them. */
struct reading {
	struct scan scan;
	struct recognise_rules *rules[COMMAND_CONFS_MAX];
	/* Of all files; NULL if there is only one. */
	struct doubles *doubles[COMMAND_CONFS_MAX];
	unsigned nrules;
};

/* Of one file: who reads it, and what its last line says. */
struct readers {
	struct recognise *recognise[COMMAND_CONFS_MAX];
	bool told[COMMAND_CONFS_MAX]; /* it is an event */
	struct event event[COMMAND_CONFS_MAX];
};

static void
reading_begin(void *arg, struct scan_input *in)
{
	const struct reading *r = arg;
	struct readers *readers = calloc(1, sizeof(*readers));
	unsigned i;

	if (readers == NULL)
		err(COMMAND_FAILED, NULL);
	for (i = 0; i < r->nrules; i++) {
		readers->recognise[i] =
		    recognise_new(r->rules[i], r->doubles[i]);
		if (readers->recognise[i] == NULL)
			err(COMMAND_FAILED, NULL);
	}
	in->user = readers;
}

static void
reading_end(void *arg, struct scan_input *in)
{
	struct readers *readers = in->user;
	unsigned i;

	(void)arg;
	for (i = 0; i < COMMAND_CONFS_MAX; i++)
		recognise_free(readers->recognise[i]);
	free(readers);
}

static int64_t
read_line(void *arg, struct scan_input *in, const char *line, size_t n,
    bool *says)
{
	struct reading *r = arg;
	struct readers *readers = in->user;
	struct scan *s = &r->scan;
	int64_t time;
	unsigned i;

	*says = false;
	for (i = 0; i < r->nrules; i++) {
		readers->told[i] = recognise_line(readers->recognise[i], line,
		    n, in->file.mtime, &readers->event[i]);
		*says = *says || readers->told[i];
	}
	time = recognise_time(readers->recognise[0]);
	s->lines++;
	if (time != 0 && (s->first == 0 || time < s->first))
		s->first = time;
	if (time > s->last)
		s->last = time;
	return time;
}

/* scan --explain: all lines say something. */
static int64_t
read_any_line(void *arg, struct scan_input *in, const char *line, size_t n,
    bool *says)
{
	int64_t time = read_line(arg, in, line, n, says);

	*says = true;
	return time;
}

static void
play(void *arg, struct scan_input *in)
{
	struct reading *r = arg;
	const struct readers *readers = in->user;
	struct scan_outcome fate;
	unsigned i, of;

	for (i = 0; i < r->scan.nplays; i++) {
		of = i < r->nrules ? i : 0;
		if (readers->told[of])
			scan_play_event(&r->scan.plays[i], &readers->event[of],
			    &fate);
	}
}

/* scan -l */
static void
play_and_list(void *arg, struct scan_input *in)
{
	struct reading *r = arg;
	const struct readers *readers = in->user;
	const struct event *ev = &readers->event[0];
	struct scan_outcome fate;

	scan_play_event(&r->scan.plays[0], ev, &fate);
	if (ev->kind == EVENT_FAILURE && fate.fate != SCAN_UNCOUNTED)
		scan_lines_show(&r->scan, in->line - ev->lines_ago, ev,
		    fate.verdict.spared);
}

/* scan --explain */
static void
play_and_explain(void *arg, struct scan_input *in)
{
	struct reading *r = arg;
	const struct readers *readers = in->user;
	const struct event *ev = &readers->event[0];
	struct scan_outcome fate;
	struct scan_said said = { .line = in->line - ev->lines_ago,
		.event = ev,
		.told = readers->told[0],
		.outcome = recognise_outcome(readers->recognise[0]),
		.fate = &fate };

	said.tag = recognise_tag(readers->recognise[0], &said.tag_len);
	if (said.told)
		scan_play_event(&r->scan.plays[0], ev, &fate);
	scan_explain_show(&r->scan, &said);
}

/* The built-in rules, and the "match" lines of a configuration. */
static struct recognise_rules *
rules_of(const struct conf *c)
{
	struct recognise_rules *rules = recognise_rules_new();
	unsigned i;

	if (rules == NULL)
		err(COMMAND_FAILED, NULL);
	for (i = 0; i < c->nmatches; i++)
		if (recognise_rules_match(rules, c->matches[i].tag,
			c->matches[i].template, c->matches[i].category) != NULL)
			err(COMMAND_FAILED, NULL);
	return rules;
}

static bool
match_alike(const struct conf *a, const struct conf *b)
{
	return a->nmatches == b->nmatches &&
	    memcmp(a->matches, b->matches,
		a->nmatches * sizeof(a->matches[0])) == 0;
}

/* What reads lines by the rules of a configuration. */
static void
add_rules(struct reading *r, const struct conf *c)
{
	r->rules[r->nrules] = rules_of(c);
	if (r->scan.invocation->argc > 1) {
		r->doubles[r->nrules] = doubles_new();
		if (r->doubles[r->nrules] == NULL)
			err(COMMAND_FAILED, NULL);
	}
	r->nrules++;
}

static int
reading_setup(struct reading *r)
{
	const struct invocation *v = r->scan.invocation;
	struct scan *s = &r->scan;
	unsigned n = v->nconfs > 0 ? v->nconfs : 1;
	const struct conf *c;

	for (; s->nplays < n; s->nplays++) {
		if (scan_play_begin(&s->plays[s->nplays],
			v->confs[s->nplays]) == -1)
			return -1;
		s->plays[s->nplays].never = v->lines;
		c = s->plays[s->nplays].conf;
		if (s->nplays == 0 || !match_alike(s->plays[0].conf, c))
			add_rules(r, c);
	}
	return 0;
}

static void
reading_free(struct reading *r)
{
	unsigned i;

	for (i = 0; i < r->nrules; i++) {
		doubles_free(r->doubles[i]);
		recognise_rules_free(r->rules[i]);
	}
	for (i = 0; i < r->scan.nplays; i++)
		scan_play_end(&r->scan.plays[i]);
}

/* Returns -1 if one of the files could not be read. */
static int
reading_run(struct reading *r)
{
	const struct invocation *v = r->scan.invocation;
	struct scan_read_ops ops = { reading_begin, read_line, play,
		reading_end };
	bool each = v->lines || v->explain; /* line is printed */
	bool quiet = v->quiet || (each && isatty(STDOUT_FILENO));
	struct scan_progress progress;
	int result;

	if (v->lines)
		ops.play = play_and_list;
	if (v->explain) {
		ops.line = read_any_line;
		ops.play = play_and_explain;
	}
	scan_progress_begin(&progress, clock_ms());
	result = scan_read(v->argv, v->argc, each, &ops, r,
	    quiet ? NULL : &progress);
	scan_progress_end(&progress);
	return result;
}

/* At most one of these, and the first two of one configuration. */
static int
check_options(const struct invocation *v)
{
	if (v->lines + v->explain + v->summary > 1)
		warnx("scan: want only one of -l, --explain and --summary");
	else if (v->nconfs > 1 && (v->lines || v->explain))
		warnx("scan: %s: want one configuration",
		    v->lines ? "-l" : "--explain");
	else
		return 0;
	return -1;
}

int
command_scan(const struct invocation *v)
{
	struct reading r = { .scan = { .invocation = v } };
	int code = COMMAND_OK;

	if (check_options(v) == -1)
		return COMMAND_USAGE;
	if (reading_setup(&r) == -1) {
		reading_free(&r);
		return COMMAND_FAILED;
	}
	setvbuf(stdout, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF,
	    OUTPUT_BUFFER);
	json_begin(&r.scan.json, stdout);
	if (reading_run(&r) == -1)
		code = COMMAND_USAGE;
	if (!v->lines && !v->explain)
		scan_report(&r.scan);
	reading_free(&r);
	return code;
}
