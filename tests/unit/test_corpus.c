/*
 * The recogniser against real log lines: each line of each corpus must get
 * the label of its .expect file, or of its .alt file.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recognise_rig.h"

#define NOW       1795651200 /* 26 November 2026: the lines are of the 24th */
#define LABEL_LEN 80

struct corpus {
	FILE *log;
	FILE *expect;
	FILE *alt;
	unsigned alt_line; /* the next line that has a second label */
	char alt_label[LABEL_LEN];
};

struct figures {
	unsigned lines;
	unsigned offences; /* by .expect */
	unsigned found;    /* of them */
	unsigned alt;      /* labels of .alt */
	unsigned wrong;
};

static FILE *
open_part(const char *name, const char *part)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/corpus/%s%s", TEST_DATA, name, part);
	return fopen(path, "re");
}

/* "LINE<TAB>LABEL<TAB>REASON" */
static void
next_alt(struct corpus *c)
{
	char line[512], *number = line, *label;

	c->alt_line = 0;
	if (c->alt == NULL || fgets(line, sizeof(line), c->alt) == NULL)
		return;
	label = strchr(line, '\t');
	assert_non_null(label);
	*label++ = '\0';
	label[strcspn(label, "\t\n")] = '\0';
	c->alt_line = (unsigned)strtoul(number, NULL, 10);
	snprintf(c->alt_label, sizeof(c->alt_label), "%s", label);
}

/* What the recogniser says of each line of a log: its label, or "-". */
struct labels {
	char (*label)[LABEL_LEN];
	size_t n;
};

/* The label of a line belongs to the one that its message was in. */
static void
add_label(struct labels *l, struct recognise *r, const char *line, size_t n)
{
	struct event ev;
	char addr[PREFIX_STRLEN], *label;

	l->label = reallocarray(l->label, l->n + 1, sizeof(*l->label));
	assert_non_null(l->label);
	strlcpy(l->label[l->n++], "-", LABEL_LEN);
	if (!recognise_line(r, line, n, NOW, &ev) || ev.kind != EVENT_FAILURE)
		return;
	assert_true(ev.lines_ago < l->n);
	label = l->label[l->n - 1 - ev.lines_ago];
	snprintf(label, LABEL_LEN, "%s %s", prefix_format(&ev.client, addr),
	    category_name(ev.category));
}

static void
judge_line(struct corpus *c, const char *name, const char *line,
    const char *label, struct figures *f)
{
	char want[LABEL_LEN];
	bool has_alt;

	f->lines++;
	assert_non_null(fgets(want, sizeof(want), c->expect));
	want[strcspn(want, "\n")] = '\0';
	has_alt = c->alt_line == f->lines;
	if (strcmp(want, "-") != 0) {
		f->offences++;
		f->found += strcmp(want, label) == 0;
	}
	if (strcmp(want, label) == 0)
		;
	else if (has_alt && strcmp(c->alt_label, label) == 0)
		f->alt++;
	else {
		f->wrong++;
		print_message("%s.log:%u: want %s, have %s: %s\n", name,
		    f->lines, want, label, line);
	}
	if (has_alt)
		next_alt(c);
}

/* Twice: what is said of a line may come some lines later. */
static void
read_log(FILE *log, struct labels *l)
{
	struct recognise *r = rig_recogniser();
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	assert_non_null(r);
	while ((n = getline(&line, &size, log)) > 0) {
		if (line[n - 1] == '\n')
			n--;
		add_label(l, r, line, (size_t)n);
	}
	free(line);
	rewind(log);
	recognise_free(r);
}

static void
judge_corpus(const char *name, struct figures *f)
{
	struct corpus c = { 0 };
	struct labels l = { 0 };
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	c.log = open_part(name, ".log");
	c.expect = open_part(name, ".expect");
	c.alt = open_part(name, ".alt");
	assert_non_null(c.log);
	assert_non_null(c.expect);
	next_alt(&c);
	read_log(c.log, &l);
	while ((n = getline(&line, &size, c.log)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		judge_line(&c, name, line, l.label[f->lines], f);
	}
	assert_int_equal(fgetc(c.expect), EOF);
	assert_int_equal(c.alt_line, 0);
	free(line);
	free(l.label);
	fclose(c.log);
	fclose(c.expect);
	if (c.alt != NULL)
		fclose(c.alt);
}

static void
test_every_line_of_every_corpus_has_its_label(void **state)
{
	DIR *dir = opendir(TEST_DATA "/corpus");
	struct dirent *e;
	struct figures f;
	unsigned corpora = 0, wrong = 0;
	char name[256], *dot;

	(void)state;
	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		snprintf(name, sizeof(name), "%s", e->d_name);
		dot = strrchr(name, '.');
		if (dot == NULL || strcmp(dot, ".log") != 0)
			continue;
		*dot = '\0';
		memset(&f, 0, sizeof(f));
		judge_corpus(name, &f);
		print_message("%-22s %5u lines, %4u offences, %4u found, "
			      "%3u by .alt, %u wrong\n",
		    name, f.lines, f.offences, f.found, f.alt, f.wrong);
		wrong += f.wrong;
		corpora++;
	}
	closedir(dir);
	assert_true(corpora >= 5);
	assert_int_equal(wrong, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_line_of_every_corpus_has_its_label),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
