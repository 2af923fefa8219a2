/* The rule table row by row: lines that fit, near misses, and cut lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "recognise_rig.h"
#include "rules_rig.h"

#define ROWS_MAX 1024

/* A failure without its user, of whom other tests are. */
static void
label_event(bool found, const struct event *ev, char label[RIG_LABEL_LEN])
{
	struct event shown = *ev;

	if (found && ev->kind == EVENT_FAILURE)
		shown.user = NULL;
	rig_label(found, &shown, label);
}

/* Its place among all rows. */
static size_t
row_number(const struct rule *rule)
{
	const struct rule *r;
	size_t n = 0;

	for (r = rules_next(NULL); r != rule; r = rules_next(r))
		n++;
	assert_true(n < ROWS_MAX);
	return n;
}

static unsigned fits[ROWS_MAX], misses[ROWS_MAX];

static void
check_entry(const struct rig_entry *e)
{
	struct recognise *r = rig_prepare(e);
	char line[RIG_MESSAGE_MAX], label[RIG_LABEL_LEN];
	struct event ev;
	bool same;
	size_t n = rig_fill(e->message, NULL, 0, line, sizeof(line));

	label_event(rig_tell(r, e->program, line, n, &ev), &ev, label);
	if (strcmp(label, e->label) != 0)
		fail_msg("want %s, have %s: %.*s", e->label, label, (int)n,
		    line);
	same = ev.rule == e->rule;
	if (same != e->fits)
		fail_msg("row %s: %s: %.*s", e->rule->template,
		    e->fits ? "should fit" : "should not fit", (int)n, line);
	(e->fits ? fits : misses)[row_number(e->rule)]++;
	recognise_free(r);
}

static void
test_every_row_fits_its_line_and_not_its_near_miss(void **state)
{
	const struct rule *r;
	size_t i = 0;

	(void)state;
	rig_entries(check_entry);
	for (r = rules_next(NULL); r != NULL; r = rules_next(r), i++)
		if (fits[i] == 0 || misses[i] == 0)
			fail_msg("row without a line or a near miss: %s | %s",
			    r->program, r->template);
}

static void
check_cut(const struct rig_entry *e)
{
	char line[RIG_MESSAGE_MAX], addr[PREFIX_STRLEN], whole[PREFIX_STRLEN];
	struct recognise *r;
	struct event ev;
	size_t n = rig_fill(e->message, NULL, 0, line, sizeof(line));

	r = rig_prepare(e);
	if (!rig_tell(r, e->program, line, n, &ev)) {
		recognise_free(r);
		return;
	}
	recognise_free(r);
	prefix_format(&ev.client, whole);
	while (n-- > 0) {
		r = rig_prepare(e);
		if (rig_tell(r, e->program, line, n, &ev))
			assert_string_equal(prefix_format(&ev.client, addr),
			    whole);
		recognise_free(r);
	}
}

static void
test_a_line_cut_anywhere_names_the_whole_address_or_none(void **state)
{
	(void)state;
	rig_entries(check_cut);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_every_row_fits_its_line_and_not_its_near_miss),
		cmocka_unit_test(
		    test_a_line_cut_anywhere_names_the_whole_address_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
