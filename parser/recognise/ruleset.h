/* THE table compiled, with the shapes of smtpban.conf(5) beside it. */
#ifndef SMTPBAN_RULESET_H
#define SMTPBAN_RULESET_H

#include "recognise.h"
#include "rules.h"
#include "template_match.h"

struct recognise_rules;

/* The rows of one program, or those that a "match" gave to one tag. */
struct rule_set {
	const struct rule_program *program;
	struct template_tree *tree;
};

/*
 * The first set for a tag, or the next one after that; NULL behind the last.
 * What smtpban.conf(5) gave comes before our own.  name: the last component.
 */
const struct rule_set *ruleset_find(const struct recognise_rules *,
    const struct rule_set *after, const char *tag, size_t tag_len,
    const char *name, size_t name_len);

#endif
