/* What is special to Exim's lines, in the light of those before. */
#include "recogniser.h"

/* The log host, whose Exim checks HELO or does not. */
static struct session *
helo_session(struct recognise *r, const struct finding *f, bool make)
{
	static const char helo[] = "HELO";
	uint64_t key = sessions_key(r->sessions, 0, helo, sizeof(helo));

	key = sessions_key(r->sessions, key, f->h.host, f->h.host_len);
	return make ? sessions_get(r->sessions, key) :
		      sessions_find(r->sessions, key);
}

/* Is a HELO in the message what Exim takes from everybody? */
bool
exim_judge_helo(struct recognise *r, const struct finding *f)
{
	bool checked = (f->rule->flags & RULE_CHECKS_HELO) != 0;

	if (f->m.junk || checked)
		exim_log_saw_helo(helo_session(r, f, true), !f->m.junk);
	return !f->m.unsure || exim_log_checks_helo(helo_session(r, f, false));
}

/* False if all of it was told by the line before. */
bool
exim_judge_copies(struct recognise *r, struct finding *f, struct session *s)
{
	const struct header *h = &f->h;

	if ((f->rule->flags & RULE_COPIED) == 0 || s == NULL || h->pid == 0 ||
	    h->own_file)
		return true; /* from a file of Exim's own */
	f->h.repeated = exim_log_count(&r->exim, s,
	    sessions_key(r->sessions, 0, h->message, h->message_len), h->time,
	    h->repeated);
	return f->h.repeated != 0;
}
