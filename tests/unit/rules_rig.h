/* The files tests/corpus/rules/SERVER.txt, read for tests. */
#ifndef SMTPBAN_RULES_RIG_H
#define SMTPBAN_RULES_RIG_H

#include <stdbool.h>
#include <stddef.h>

#include "recognise/recognise.h"
#include "recognise/rules.h"

#define RIG_GIVEN_MAX   8
#define RIG_MESSAGE_MAX 2048
#define RIG_TAG_LEN     64
#define RIG_NOW         1795651200 /* 26 November 2026 */

/* A line "yes:" or "no:" of a rule. */
struct rig_entry {
	const struct rule_program *program;
	const struct rule *rule;
	char given[RIG_GIVEN_MAX][RIG_MESSAGE_MAX]; /* that come before it */
	unsigned ngiven;
	bool fits; /* yes */
	const char *label;
	const char *message; /* with {fields} */
};

/* Call check for each of them. */
void rig_entries(void (*check)(const struct rig_entry *));

/* A tag that the program has in the log. */
void rig_tag(const struct rule_program *, char tag[RIG_TAG_LEN]);

/* The length of what rig_tell puts before a message. */
size_t rig_head_len(const struct rule_program *);

/*
 * Message without the braces around its {fields}, or with text in place of
 * what they hold, where a field {N|...} takes only the first N bytes of it.
 * {{ and }} are single braces.
 * Returns the length of what was put into out, which is cut at size.
 */
size_t rig_fill(const char *message, const char *text, size_t text_len,
    char *out, size_t size);

/* Give a message of n bytes of a program to r; ev->user holds until the next. */
bool rig_tell(struct recognise *, const struct rule_program *,
    const char *message, size_t n, struct event *ev);

/* A recogniser that was told what comes before an entry. */
struct recognise *rig_prepare(const struct rig_entry *);

#endif
