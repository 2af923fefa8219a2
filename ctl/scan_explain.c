/* scan --explain: of each line, what was made of it and why. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "recognise/rules.h"
#include "scan.h"

/* The words of the manual for what became of a line that is no event. */
static const char *
outcome_word(const struct scan_said *said)
{
	static const char *const words[] = {
		[RECOGNISE_NO_HEADER] = "no-header",
		[RECOGNISE_NO_PROGRAM] = "no-program",
		[RECOGNISE_NO_RULE] = "no-rule",
		[RECOGNISE_QUIET] = "quiet",
		[RECOGNISE_TOLD] = "told",
		[RECOGNISE_DOUBLE] = "double",
		[RECOGNISE_NO_CLIENT] = "no-client",
	};

	if (said->told)
		return said->event->kind == EVENT_FAILURE ? "failure" :
		    said->event->kind == EVENT_LOGIN      ? "login" :
							    "accept";
	return words[said->outcome];
}

static const char *
fate_word(enum scan_fate fate)
{
	static const char *const words[] = {
		[SCAN_UNCOUNTED] = "not-counted",
		[SCAN_SPARED] = "spared",
		[SCAN_COUNTED] = "counted",
		[SCAN_BANS] = "bans",
		[SCAN_REFUSED] = "refused",
		[SCAN_STOPPED] = "stopped",
		[SCAN_LATE] = "late",
		[SCAN_GOOD] = "good",
		[SCAN_LOST] = "lost",
	};

	return words[fate];
}

static bool
is_own_rule(const struct rule *rule)
{
	return strcmp(rule->server, "match") == 0;
}

/* As it stands in smtpban.conf(5), or in our own table. */
static void
put_rule(const struct rule *rule)
{
	if (is_own_rule(rule)) {
		fputs("match \"", stdout);
		escape_put(rule->program, strlen(rule->program));
		fputs("\"", stdout);
	} else
		printf("%s %s", rule->server, rule->program);
	fputs(" \"", stdout);
	escape_put(rule->template, strlen(rule->template));
	fputs("\"", stdout);
	if (rule->category != CATEGORY_NONE)
		printf(" as %s", category_name(rule->category));
	if (rule->remark != NULL)
		printf(" (%s)", rule->remark);
}

/* The rule, or the program that has none. */
static void
put_why(const struct scan_said *said)
{
	if (said->event->rule != NULL)
		put_rule(said->event->rule);
	else if (said->tag != NULL)
		escape_put(said->tag, said->tag_len);
	else
		putchar_unlocked('-');
}

/* What the policy says to it. */
static void
put_fate(const struct scan_outcome *o)
{
	const struct verdict *v = &o->verdict;
	char buf[PREFIX_STRLEN];

	switch (o->fate) {
	case SCAN_SPARED:
		printf("spared: %s", v->spared);
		break;
	case SCAN_COUNTED:
		printf("counted: %" PRIu32 " of %" PRIu32, v->count,
		    v->threshold);
		break;
	case SCAN_BANS:
	case SCAN_REFUSED:
		printf("%s: %s", fate_word(o->fate),
		    prefix_format(v->over ? &v->prefix : &v->network, buf));
		break;
	case SCAN_STOPPED:
	case SCAN_LATE:
	case SCAN_LOST:
		printf("%s: %s", fate_word(o->fate),
		    prefix_format(&o->by, buf));
		break;
	default:
		fputs(fate_word(o->fate), stdout);
	}
}

static void
explain_text(const struct scan_said *said)
{
	const struct event *ev = said->event;
	char buf[PREFIX_STRLEN];

	printf("%" PRIu64 "\t%s\t", said->line, outcome_word(said));
	put_why(said);
	if (!said->told) {
		fputs("\t-\t-\t-\n", stdout);
		return;
	}
	printf("\t%s\t", prefix_format(&ev->client, buf));
	if (ev->user != NULL && ev->user_len > 0)
		escape_put(ev->user, ev->user_len);
	else
		putchar_unlocked('-');
	putchar_unlocked('\t');
	put_fate(said->fate);
	putchar_unlocked('\n');
}

static void
rule_json(struct json *j, const struct rule *rule)
{
	if (rule == NULL) {
		json_null(j, "rule");
		return;
	}
	json_object(j, "rule");
	json_string(j, "server", is_own_rule(rule) ? NULL : rule->server);
	json_string(j, "program", rule->program);
	json_string(j, "template", rule->template);
	json_string(j, "category",
	    rule->category == CATEGORY_NONE ? NULL :
					      category_name(rule->category));
	json_string(j, "remark", rule->remark);
	json_end(j);
}

static void
event_json(struct json *j, const struct event *ev, const struct scan_outcome *o)
{
	const struct verdict *v = &o->verdict;
	bool judged = o->fate == SCAN_COUNTED || o->fate == SCAN_BANS ||
	    o->fate == SCAN_REFUSED;

	json_prefix(j, "address", &ev->client);
	if (ev->user != NULL)
		json_bytes(j, "user", ev->user, ev->user_len);
	else
		json_null(j, "user");
	json_string(j, "policy", fate_word(o->fate));
	json_string(j, "spared", o->fate == SCAN_SPARED ? v->spared : NULL);
	if (judged) {
		json_number(j, "count", v->count);
		json_number(j, "threshold", v->threshold);
	}
	if (o->fate == SCAN_BANS || o->fate == SCAN_REFUSED)
		json_prefix(j, "prefix", v->over ? &v->prefix : &v->network);
	else if (o->fate == SCAN_STOPPED || o->fate == SCAN_LATE ||
	    o->fate == SCAN_LOST)
		json_prefix(j, "prefix", &o->by);
}

static void
explain_json(struct json *j, const struct scan_said *said)
{
	json_object(j, NULL);
	json_number(j, "line", said->line);
	json_string(j, "outcome", outcome_word(said));
	if (said->tag != NULL)
		json_bytes(j, "tag", said->tag, said->tag_len);
	else
		json_null(j, "tag");
	rule_json(j, said->event->rule);
	if (said->told)
		event_json(j, said->event, said->fate);
	json_end(j);
}

void
scan_explain_show(struct scan *s, const struct scan_said *said)
{
	if (s->invocation->json)
		explain_json(&s->json, said);
	else
		explain_text(said);
}
