/*
 * Between the grammar, the lexer and the checks of smtpban.conf(5); nobody
 * else includes this.  All state is in struct conf_parser.
 */
#ifndef SMTPBAN_CONF_PARSE_H
#define SMTPBAN_CONF_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "log.h"

#define CONF_ERRORS_MAX 100                 /* reported in one run */
#define CONF_BYTES_MAX  (16U * 1024 * 1024) /* of one file */

#define CONF_TABLE_MAIN 254 /* rtnetlink(7) RT_TABLE_MAIN */

#define CONF_WANT_CATEGORY \
	"want auth, relay, unknown-user, rbl, protocol, probe or policy"

/* Settings that may be given once; the rows of the table in conf_set.c. */
enum conf_setting {
	SET_THRESHOLD,
	SET_THRESHOLD_NETWORK,
	SET_KNOWN,
	SET_REPEATS,
	SET_PREFIX,
	SET_NETWORK,
	SET_NETWORK6,
	SET_PRIVATE,
	SET_BAN_FOR,
	SET_BAN_REPEAT,
	SET_REMEMBER,
	SET_ROUTE,
	SET_TABLE,
	SET_PORTS,
	SET_PROTOCOL,
	SET_DISCONNECT,
	SET_DATABASE,
	SET_CONTROL,
	SET_METRICS,
	SET_USER,
	SET_BANS,
	SET_OFFENDERS,
	SET_REQUESTS,
};
#define SET_NUMBER (SET_REQUESTS + 1)

struct conf_text {
	struct conf_text *next;
	char s[];
};

struct conf_lexer {
	const char *at;
	const char *end;
	unsigned line;
	unsigned brace;         /* line of the open "{"; 0: none */
	bool line_start;        /* no token of this line yet */
	bool ended;             /* the last token was the end of a statement */
	bool owes_end;          /* a statement was cut short: end it first */
	struct conf_text *text; /* of the tokens of this statement */
	const char *word;       /* the last token, as written */
};

struct conf_parser {
	const char *path;
	bool secure;
	conf_report report;
	void *arg;
	struct conf *conf;
	struct conf_lexer lex;
	unsigned errors;
	bool bad_syntax;            /* this statement has been reported */
	unsigned given[SET_NUMBER]; /* first line; 0: not given */
	bool wrong[SET_NUMBER];     /* its value was reported */
	unsigned given_category[CATEGORY_COUNT]; /* thresholds of their own */
	unsigned given_log[MSG_LOGS_MAX];
	uint32_t counted; /* by the count statements so far */
};

/* conf.c.  Report one error; line 0: the file as a whole. */
void conf_error(struct conf_parser *, unsigned line, const char *, ...)
    __printflike(3, 4);
void conf_error_in(struct conf_parser *, const char *path, unsigned line,
    const char *, ...) __printflike(4, 5);
bool conf_full(const struct conf_parser *); /* no more errors wanted */
char *conf_copy(const char *);              /* strdup, or the end */

/* A word of the file, quoted, escaped and cut for an error line. */
#define CONF_QUOTED        80
#define conf_quote(buf, s) log_quote((buf), sizeof(buf), (s), strlen(s))

/*
 * conf_file.c.  The file in memory, ended by a NUL that does not count in
 * *len; or NULL with what is wrong in why.
 */
#define CONF_WHY_LEN 80
char *conf_load(const char *path, bool secure, size_t *len, char *why);
void conf_read_whitelist(struct conf_parser *, unsigned line, const char *);

/* conf_lex.c.  The whole file is given before the first token. */
void conf_lex_begin(struct conf_lexer *, const char *text, size_t len);
void conf_lex_end(struct conf_lexer *);

/* How a statement begins that does what word does in jail.conf(5), or NULL. */
const char *conf_translate(const char *word);

/*
 * conf_set.c: what the statements do.  Every one reports what is wrong with
 * its words and then leaves the value as it was.
 */
bool conf_give(struct conf_parser *, enum conf_setting, unsigned line);
void conf_set_number(struct conf_parser *, enum conf_setting, unsigned line,
    const char *word, uint32_t *);
void conf_set_time(struct conf_parser *, enum conf_setting, unsigned line,
    const char *word, uint32_t *seconds);
void conf_set_choice(struct conf_parser *, enum conf_setting, unsigned line,
    uint32_t choice, uint32_t *);
void conf_set_route(struct conf_parser *, unsigned line, enum conf_route);
void conf_set_disconnect(struct conf_parser *, unsigned line, bool);
void conf_set_path(struct conf_parser *, enum conf_setting, unsigned line,
    const char *path, char **);
void conf_set_user(struct conf_parser *, unsigned line, const char *name);
void conf_set_threshold(struct conf_parser *, unsigned line,
    const char *category, const char *count, const char *within);
void conf_set_network_threshold(struct conf_parser *, unsigned line,
    const char *count, const char *within);
void conf_set_known(struct conf_parser *, unsigned line, const char *age,
    const char *patience);
void conf_set_network(struct conf_parser *, enum conf_setting, unsigned line,
    const char *len, const char *hosts);
void conf_set_double(struct conf_parser *, unsigned line, const char *max);
void conf_set_table(struct conf_parser *, unsigned line, const char *number);
void conf_set_metrics(struct conf_parser *, unsigned line, const char *addr,
    const char *port);

/* What is wrong with the path of a file, or NULL; size: with its NUL. */
const char *conf_check_path(const char *path, size_t size);

/* A number from min to max into *value, or false with the error reported. */
bool conf_read_number(struct conf_parser *, enum conf_setting, unsigned line,
    const char *word, uint32_t min, uint32_t max, uint32_t *value);

/* conf_add.c: statements that add up. */
void conf_add_log(struct conf_parser *, unsigned line, const char *path);
void conf_add_journal(struct conf_parser *, unsigned line);
void conf_add_match(struct conf_parser *, unsigned line, const char *tag,
    const char *pattern, const char *category);
void conf_add_count(struct conf_parser *, unsigned line, const char *category);
void conf_add_whitelist(struct conf_parser *, unsigned line, const char *);
void conf_add_port(struct conf_parser *, unsigned line, const char *port);

#endif
