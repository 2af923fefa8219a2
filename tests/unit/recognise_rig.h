/* A recogniser with the built-in rules, for tests. */
#ifndef SMTPBAN_RECOGNISE_RIG_H
#define SMTPBAN_RECOGNISE_RIG_H

#include <stdio.h>
#include <string.h>

#include "recognise/recognise.h"

#define RIG_LABEL_LEN 128

/* They share one set of rules, which lives as long as the program. */
static inline struct recognise *
rig_recogniser(void)
{
	static struct recognise_rules *rules;

	if (rules == NULL)
		rules = recognise_rules_new();
	return rules != NULL ? recognise_new(rules, NULL) : NULL;
}

/* For tests that each begin with a new one, in *state. */
static inline int
rig_setup(void **state)
{
	*state = rig_recogniser();
	return *state != NULL ? 0 : -1;
}

static inline int
rig_teardown(void **state)
{
	recognise_free(*state);
	return 0;
}

/* "ADDRESS WHAT[ USER]" of an event, "-" for none. */
static inline void
rig_label(bool found, const struct event *ev, char label[RIG_LABEL_LEN])
{
	char addr[PREFIX_STRLEN];
	const char *what = "accept";

	if (!found) {
		(void)strlcpy(label, "-", RIG_LABEL_LEN);
		return;
	}
	if (ev->kind == EVENT_LOGIN)
		what = "login";
	else if (ev->kind == EVENT_FAILURE)
		what = category_name(ev->category);
	snprintf(label, RIG_LABEL_LEN, "%s %s%s%.*s",
	    prefix_format(&ev->client, addr), what,
	    ev->user != NULL && ev->user_len > 0 ? " " : "",
	    ev->user != NULL ? (int)ev->user_len : 0,
	    ev->user != NULL ? ev->user : "");
}

#endif
