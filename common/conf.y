/* The grammar of smtpban.conf(5): one statement a line. */

%define api.pure full
%define api.prefix {conf_yy}
%define api.token.prefix {T_}
%define api.value.type {const char *}
%define api.location.type {unsigned}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param { struct conf_parser *p }

%code requires {
#include <stdbool.h>

struct conf_parser;
}

%code provides {
int conf_yylex(CONF_YYSTYPE *, CONF_YYLTYPE *, struct conf_parser *);

/* The token of a keyword, or 0; *starts: a statement can begin with it. */
int conf_keyword(const char *word, bool *starts);
}

%code {
#include <stdio.h>
#include <string.h>

#include "conf_parse.h"

/* A location is the line of the first token. */
#define YYLLOC_DEFAULT(cur, rhs, n) \
	((cur) = (n) != 0 ? YYRHSLOC(rhs, 1) : YYRHSLOC(rhs, 0))

static void conf_yyerror(const CONF_YYLTYPE *, struct conf_parser *,
    const char *);
}

%initial-action { @$ = 1; }

%token EOF 0 "end of file"
%token END "end of line"
%token WORD "a value"
%token STRING "a value in quotes"

/* Words that begin a statement; their order is that of the keyword table. */
%token BAN "ban" CONTROL "control" COUNT "count" DATABASE "database"
%token DISCONNECT "disconnect" KNOWN "known" LIMIT "limit" LOG "log"
%token MATCH "match" METRICS "metrics" NETWORK "network" PREFIX "prefix"
%token PRIVATE "private" REMEMBER "remember" REPEATS "repeats" ROUTE "route"
%token THRESHOLD "threshold" USER "user" WHITELIST "whitelist"

%token AFTER "after" ALL "all" ALLOWED "allowed" AS "as" BANS "bans"
%token BLACKHOLE "blackhole" CLIENTS "clients" DOUBLE "double" EVER "ever"
%token FILE "file" FOR "for" HOSTS "hosts" INET "inet" INET6 "inet6"
%token JOURNAL "journal" LISTEN "listen" MAIN "main" NEVER "never" NO "no"
%token OFFENDERS "offenders" ON "on" PASSWORD "password"
%token PATIENCE "patience" PORT "port" PORTS "ports" PROHIBIT "prohibit"
%token PROTOCOL "protocol" REPEAT "repeat" REQUESTS "requests" SAME "same"
%token TABLE "table" TO "to" UNREACHABLE "unreachable" UP "up"
%token WITHIN "within" YES "yes"

%%
file: %empty
    | file END
    | file statement END
    | file error END { yyerrok; }
    ;

statement: logs | failures | spared | bans | routes | places | limits ;

/* Where the failures are. */
logs: LOG value { conf_add_log(p, @1, $2); }
    | LOG JOURNAL { conf_add_journal(p, @1); }
    | MATCH value value AS category { conf_add_match(p, @1, $2, $3, $5); }
    ;

/* Who goes too far. */
failures: COUNT '{' categories separator '}'
    | THRESHOLD value WITHIN value
	{ conf_set_threshold(p, @1, NULL, $2, $4); }
    | THRESHOLD category value WITHIN value
	{ conf_set_threshold(p, @1, $2, $3, $5); }
    | THRESHOLD NETWORK value WITHIN value
	{ conf_set_network_threshold(p, @1, $3, $5); }
    | KNOWN CLIENTS value PATIENCE value { conf_set_known(p, @1, $3, $5); }
    | REPEATS PASSWORD
	{ conf_set_choice(p, SET_REPEATS, @1, MSG_REPEATS_PASSWORD,
	    &p->conf->policy.repeats); }
    | REPEATS USER
	{ conf_set_choice(p, SET_REPEATS, @1, MSG_REPEATS_USER,
	    &p->conf->policy.repeats); }
    | REPEATS ALL
	{ conf_set_choice(p, SET_REPEATS, @1, MSG_REPEATS_ALL,
	    &p->conf->policy.repeats); }
    | PREFIX INET6 value
	{ conf_set_number(p, SET_PREFIX, @1, $3,
	    &p->conf->policy.inet6_len); }
    | NETWORK INET value AFTER value HOSTS
	{ conf_set_network(p, SET_NETWORK, @1, $3, $5); }
    | NETWORK INET6 value AFTER value HOSTS
	{ conf_set_network(p, SET_NETWORK6, @1, $3, $5); }
    ;

/* Who never does. */
spared: WHITELIST '{' addresses separator '}'
    | WHITELIST '{' '}'
    | WHITELIST FILE value { conf_read_whitelist(p, @1, $3); }
    | PRIVATE NEVER
	{ conf_set_choice(p, SET_PRIVATE, @1, 0,
	    &p->conf->policy.private_allowed); }
    | PRIVATE ALLOWED
	{ conf_set_choice(p, SET_PRIVATE, @1, 1,
	    &p->conf->policy.private_allowed); }
    ;

/* For how long. */
bans: BAN FOR value
	{ conf_set_time(p, SET_BAN_FOR, @1, $3, &p->conf->ban_for); }
    | BAN FOR EVER
	{ conf_set_choice(p, SET_BAN_FOR, @1, MSG_FOR_EVER,
	    &p->conf->ban_for); }
    | BAN REPEAT DOUBLE UP TO value { conf_set_double(p, @1, $6); }
    | BAN REPEAT SAME
	{ conf_set_choice(p, SET_BAN_REPEAT, @1, 0, &p->conf->ban_double); }
    | REMEMBER value
	{ conf_set_time(p, SET_REMEMBER, @1, $2, &p->conf->remember); }
    ;

/* How. */
routes: ROUTE BLACKHOLE { conf_set_route(p, @1, CONF_BLACKHOLE); }
    | ROUTE UNREACHABLE { conf_set_route(p, @1, CONF_UNREACHABLE); }
    | ROUTE PROHIBIT { conf_set_route(p, @1, CONF_PROHIBIT); }
    | ROUTE TABLE MAIN
	{ conf_set_choice(p, SET_TABLE, @1, CONF_TABLE_MAIN,
	    &p->conf->route_table); }
    | ROUTE TABLE value { conf_set_table(p, @1, $3); }
    | ROUTE PORTS '{' ports separator '}' { conf_give(p, SET_PORTS, @1); }
    | ROUTE PROTOCOL value
	{ conf_set_number(p, SET_PROTOCOL, @1, $3,
	    &p->conf->route_protocol); }
    | DISCONNECT YES { conf_set_disconnect(p, @1, true); }
    | DISCONNECT NO { conf_set_disconnect(p, @1, false); }
    ;

places: DATABASE value
	{ conf_set_path(p, SET_DATABASE, @1, $2, &p->conf->database); }
    | CONTROL value
	{ conf_set_path(p, SET_CONTROL, @1, $2, &p->conf->control); }
    | METRICS LISTEN ON value PORT value
	{ conf_set_metrics(p, @1, $4, $6); }
    | USER value { conf_set_user(p, @1, $2); }
    ;

limits: LIMIT BANS value
	{ conf_set_number(p, SET_BANS, @1, $3, &p->conf->limit_bans); }
    | LIMIT OFFENDERS value
	{ conf_set_number(p, SET_OFFENDERS, @1, $3,
	    &p->conf->policy.limit_offenders); }
    | LIMIT REQUESTS value
	{ conf_set_number(p, SET_REQUESTS, @1, $3,
	    &p->conf->limit_requests); }
    ;

categories: category { conf_add_count(p, @1, $1); }
    | categories separator category { conf_add_count(p, @3, $3); }
    ;

addresses: value { conf_add_whitelist(p, @1, $1); }
    | addresses separator value { conf_add_whitelist(p, @3, $3); }
    ;

ports: value { conf_add_port(p, @1, $1); }
    | ports separator value { conf_add_port(p, @3, $3); }
    ;

separator: %empty | ',' ;

/* One category has the name of a keyword. */
category: value | PROTOCOL ;

value: WORD | STRING ;
%%

_Static_assert(T_YES - T_BAN == YYSYMBOL_YES - YYSYMBOL_BAN,
    "keywords are numbered as they are declared");

int
conf_keyword(const char *word, bool *starts)
{
	int i;

	for (i = 0; i <= T_YES - T_BAN; i++) {
		yysymbol_kind_t kind = (yysymbol_kind_t)(YYSYMBOL_BAN + i);

		if (strcmp(word, yysymbol_name(kind)) == 0) {
			*starts = kind <= YYSYMBOL_WHITELIST;
			return T_BAN + i;
		}
	}
	return 0;
}

/* The words that could stand here, as text: "a", "b" or a value. */
static void
wanted_print(char *buf, size_t size, const yysymbol_kind_t *wanted, int n)
{
	size_t used = 0;
	int i;

	buf[0] = '\0';
	for (i = 0; i < n; i++) {
		const char *name = yysymbol_name(wanted[i]);
		const char *sep = i == 0 ? "" : i == n - 1 ? " or " : ", ";
		const char *quote = wanted[i] < YYSYMBOL_BAN ? "" : "\"";
		int len = (int)strlen(name), printed;

		if (name[0] == '\'') {
			name++;
			len -= 2;
		}
		printed = snprintf(buf + used, size - used, "%s%s%.*s%s", sep,
		    quote, len, name, quote);
		if (printed < 0 || (size_t)printed >= size - used)
			return;
		used += (size_t)printed;
	}
}

/* What could stand here, without what says nothing.  Returns how many. */
static int
wanted_find(const yypcontext_t *ctx, yysymbol_kind_t *wanted, int max)
{
	bool value = false;
	int i, n, kept = 0;

	n = yypcontext_expected_tokens(ctx, wanted, max);
	for (i = 0; i < n; i++) {
		value = value || wanted[i] == YYSYMBOL_WORD;
		if (wanted[i] == YYSYMBOL_STRING ||
		    wanted[i] == YYSYMBOL_YYEOF ||
		    (value && wanted[i] == YYSYMBOL_PROTOCOL))
			continue;
		wanted[kept++] = wanted[i];
	}
	return kept;
}

static int
yyreport_syntax_error(const yypcontext_t *ctx, struct conf_parser *p)
{
	yysymbol_kind_t wanted[YYNTOKENS], token = yypcontext_token(ctx);
	const char *names[YYNTOKENS], *meant = NULL;
	char list[256], word[CONF_QUOTED];
	unsigned line = *yypcontext_location(ctx);
	int i, n;

	if (p->bad_syntax)
		return 0;
	p->bad_syntax = true;
	n = wanted_find(ctx, wanted, YYNTOKENS);
	for (i = 0; i < n; i++)
		names[i] = yysymbol_name(wanted[i]);
	wanted_print(list, sizeof(list), wanted, n);
	if (token == YYSYMBOL_END || token == YYSYMBOL_YYEOF) {
		conf_error(p, line, "unexpected end of line, want %s", list);
		return 0;
	}
	conf_quote(word, p->lex.word);
	if (token == YYSYMBOL_WORD)
		meant = conf_suggest(p->lex.word, names, (size_t)n);
	if (meant == NULL && n > YYSYMBOL_WHITELIST - YYSYMBOL_BAN)
		meant = conf_translate(p->lex.word);
	if (meant != NULL)
		conf_error(p, line, "unknown word %s (did you mean \"%s\"?)",
		    word, meant);
	else if (n > YYSYMBOL_WHITELIST - YYSYMBOL_BAN)
		conf_error(p, line,
		    token == YYSYMBOL_WORD ? "unknown word %s, see smtpban.conf(5)"
					   : "%s cannot begin a statement",
		    word);
	else
		conf_error(p, line, "unexpected %s, want %s", word, list);
	return 0;
}

static void
conf_yyerror(const CONF_YYLTYPE *line, struct conf_parser *p, const char *what)
{
	conf_error(p, *line, "%s", what);
}
