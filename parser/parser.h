/* What the parser process holds, passed to each of its modules. */
#ifndef SMTPBAN_PARSER_H
#define SMTPBAN_PARSER_H

#include <stdbool.h>

#include "stats.h"

struct accounts;
struct control;
struct enforcer;
struct evidence;
struct event_base;
struct follow;
struct judge;
struct mirror;
struct policy;
struct scrape;
struct setup;
struct watch;

struct parser {
	struct event_base *base;
	struct enforcer *enforcer; /* the channel to it */
	struct setup *setup;       /* a configuration that is arriving */
	struct policy *policy;
	struct mirror *mirror;
	struct judge *judge;
	struct accounts *accounts;
	struct evidence *evidence; /* the last lines that counted */
	struct watch *watch;       /* who wants to see what happens */
	struct follow *follow;
	struct control *control;
	struct scrape *scrape;
	struct stats stats;
	bool restored; /* the bans of before were told, the next ones are new */
	int64_t reach; /* good logins from then on are worth reading */
};

#endif
