/* What recognise.c and its parts share; nobody else includes this. */
#ifndef SMTPBAN_RECOGNISER_H
#define SMTPBAN_RECOGNISER_H

#include "courier_log.h"
#include "exim_log.h"
#include "header.h"
#include "recognise.h"
#include "repeated.h"
#include "ruleset.h"
#include "session.h"

struct domains;

struct recognise {
	struct exim_log exim;
	struct courier_log courier;
	struct header_reader reader;
	struct repeated repeated;
	int64_t time;
	enum recognise_outcome outcome; /* of the last line */
	const char *tag;                /* of it; NULL: none */
	size_t tag_len;
	struct sessions *sessions;
	struct domains *domains; /* of the server */
	const struct recognise_rules *rules;
	struct doubles *doubles;
	struct doubles *own;          /* where nobody shares theirs */
	unsigned stream;              /* our number in them */
	struct template_tree *origin; /* of a message that cleanup refused */
};

/* The parts of a message, on their way to an event. */
struct finding {
	struct header h;
	const struct rule_program *program;
	const char *queue_id;
	size_t queue_id_len; /* 0: none */
	struct template_match m;
	const struct rule *rule;
	enum category category;
};

/*
 * exim_judge.c.  May the address be believed, if HELO can hold anything?  Is
 * some of the message news, or all of it a copy of the line before?
 */
bool exim_judge_helo(struct recognise *, const struct finding *);
bool exim_judge_copies(struct recognise *, struct finding *, struct session *);

#endif
