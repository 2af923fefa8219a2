/* A recogniser with the built-in rules, for tests. */
#ifndef SMTPBAN_RECOGNISE_RIG_H
#define SMTPBAN_RECOGNISE_RIG_H

#include "recognise/recognise.h"

/* They share one set of rules, which lives as long as the program. */
static inline struct recognise *
rig_recogniser(void)
{
	static struct recognise_rules *rules;

	if (rules == NULL)
		rules = recognise_rules_new();
	return rules != NULL ? recognise_new(rules, NULL) : NULL;
}

#endif
