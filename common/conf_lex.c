/* smtpban.conf(5): words, strings and braces, and what was meant by a typo. */
#include <stdlib.h>
#include <string.h>

#include "conf_grammar.h"
#include "conf_parse.h"

void
conf_lex_begin(struct conf_lexer *lx, const char *text, size_t len)
{
	memset(lx, 0, sizeof(*lx));
	lx->at = text;
	lx->end = text + len;
	lx->line = 1;
	lx->line_start = true;
	lx->ended = true;
	lx->word = "";
}

void
conf_lex_end(struct conf_lexer *lx)
{
	struct conf_text *t;

	while ((t = lx->text) != NULL) {
		lx->text = t->next;
		free(t);
	}
	lx->word = "";
}

/* Room for n bytes and a NUL that lasts as long as this statement. */
static char *
text_new(struct conf_lexer *lx, size_t n)
{
	struct conf_text *t = malloc(sizeof(*t) + n + 1);

	if (t == NULL)
		fatal("configuration");
	t->next = lx->text;
	lx->text = t;
	t->s[0] = '\0';
	return t->s;
}

/* An error of the lexer: the parser then looks for the end of the line. */
static int
lex_error(struct conf_parser *p, unsigned line, const char *what,
    const char *word)
{
	char quoted[CONF_QUOTED] = "";

	if (!p->bad_syntax) {
		p->bad_syntax = true;
		if (word != NULL)
			conf_quote(quoted, word);
		conf_error(p, line, "%s%s%s", quoted, word != NULL ? " " : "",
		    what);
	}
	return T_CONF_YYerror;
}

static bool
is_word(unsigned char c)
{
	return c > ' ' && c != 0x7f && strchr("{},\"#", c) == NULL;
}

/* The end of the quoted text at s: its quote, or where the line ends. */
static const char *
string_find_end(const char *s, const char *end)
{
	for (; s < end && *s != '"' && *s != '\n'; s++)
		if (*s == '\\' && s + 1 < end && s[1] != '\n')
			s++;
	return s;
}

static int
lex_string(struct conf_parser *p)
{
	struct conf_lexer *lx = &p->lex;
	const char *s = lx->at + 1, *stop = string_find_end(s, lx->end);
	char *to = text_new(lx, (size_t)(stop - s));

	lx->word = to;
	lx->at = stop;
	if (stop == lx->end || *stop != '"')
		return lex_error(p, lx->line, "quotes are not closed", NULL);
	lx->at++;
	for (; s < stop; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return lex_error(p, lx->line,
			    "control character in quotes", NULL);
		if (c == '\\' && *++s != '"' && *s != '\\')
			return lex_error(p, lx->line,
			    "backslash in quotes: want \\\" or \\\\", NULL);
		*to++ = *s;
		*to = '\0';
	}
	return T_STRING;
}

/*
 * A statement begins inside braces: they were left open.  Say so and end the
 * statement here, so that the new one is read.
 */
static int
lex_open_brace(struct conf_parser *p)
{
	struct conf_lexer *lx = &p->lex;
	unsigned line = lx->brace;

	lx->brace = 0;
	lx->owes_end = true;
	return lex_error(p, line, "\"{\" is not closed", NULL);
}

static int
lex_word(struct conf_parser *p, bool first)
{
	struct conf_lexer *lx = &p->lex;
	const char *s = lx->at;
	bool starts = false;
	char *word;
	int token;

	while (s < lx->end && is_word((unsigned char)*s))
		s++;
	word = text_new(lx, (size_t)(s - lx->at));
	memcpy(word, lx->at, (size_t)(s - lx->at));
	word[s - lx->at] = '\0';
	token = conf_keyword(word, &starts);
	if (lx->brace != 0 && first && starts)
		return lex_open_brace(p);
	lx->word = word;
	lx->at = s;
	return token != 0 ? token : T_WORD;
}

static int
lex_mark(struct conf_parser *p)
{
	struct conf_lexer *lx = &p->lex;
	char *mark = text_new(lx, 1);

	mark[0] = *lx->at++;
	mark[1] = '\0';
	lx->word = mark;
	switch (mark[0]) {
	case '{':
		if (lx->brace == 0)
			lx->brace = lx->line;
		return '{';
	case '}':
		lx->brace = 0;
		return '}';
	case ',':
		return ',';
	default:
		return lex_error(p, lx->line,
		    mark[0] == '\0' ? "NUL byte" : "is a control character",
		    mark[0] == '\0' ? NULL : mark);
	}
}

/* Skip blanks, comments and, inside braces, ends of lines. */
static void
lex_skip(struct conf_lexer *lx)
{
	for (; lx->at < lx->end; lx->at++) {
		if (*lx->at == '#')
			while (lx->at < lx->end && *lx->at != '\n')
				lx->at++;
		if (lx->at == lx->end)
			return;
		if (*lx->at == '\n' && lx->brace != 0) {
			lx->line++;
			lx->line_start = true;
		} else if (strchr(" \t\r", *lx->at) == NULL || *lx->at == '\0')
			return;
	}
}

/* The end of a statement: of its line, of the file, or before the next. */
static int
lex_end_statement(struct conf_lexer *lx)
{
	lx->ended = true;
	lx->line_start = true;
	return T_END;
}

static int
lex_token(struct conf_parser *p, unsigned *line)
{
	struct conf_lexer *lx = &p->lex;
	bool first;

	if (lx->owes_end) {
		lx->owes_end = false;
		return lex_end_statement(lx);
	}
	lex_skip(lx);
	*line = lx->line;
	if (lx->at == lx->end) {
		if (lx->brace != 0)
			return lex_open_brace(p);
		return lx->ended ? T_EOF : lex_end_statement(lx);
	}
	if (*lx->at == '\n') {
		lx->at++;
		lx->line++;
		return lex_end_statement(lx);
	}
	first = lx->line_start;
	lx->line_start = false;
	lx->ended = false;
	if (*lx->at == '"')
		return lex_string(p);
	if (is_word((unsigned char)*lx->at))
		return lex_word(p, first);
	return lex_mark(p);
}

int
conf_yylex(const char **text, unsigned *line, struct conf_parser *p)
{
	int token;

	if (p->lex.ended) { /* a new statement */
		conf_lex_end(&p->lex);
		p->bad_syntax = false;
	}
	*line = p->lex.line;
	if (conf_full(p))
		return T_EOF;
	token = lex_token(p, line);
	*text = p->lex.word;
	return token;
}

/* Letters to change, add, drop or swap to make a into b; 3: too many. */
static unsigned
word_distance(const char *a, const char *b)
{
	enum {
		MAX = 24
	};
	unsigned d[MAX + 1][MAX + 1];
	size_t i, j, m = strlen(a), n = strlen(b);

	if (m > MAX || n > MAX)
		return 3;
	for (i = 0; i <= m; i++) {
		for (j = 0; j <= n; j++) {
			unsigned best = (unsigned)(i + j);

			if (i > 0 && d[i - 1][j] + 1 < best)
				best = d[i - 1][j] + 1;
			if (j > 0 && d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (i > 0 && j > 0 &&
			    d[i - 1][j - 1] + (a[i - 1] != b[j - 1]) < best)
				best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	}
	return d[m][n];
}

const char *
conf_suggest(const char *word, const char *const *names, size_t n)
{
	unsigned best = 3, d;
	const char *meant = NULL;
	size_t i;

	for (i = 0; i < n; i++) {
		d = word_distance(word, names[i]);
		if (d < best && d < strlen(word)) {
			best = d;
			meant = names[i];
		}
	}
	return best * 3 <= strlen(word) ? meant : NULL;
}

const char *
conf_translate(const char *word)
{
	static const struct {
		const char *word;
		const char *here;
	} words[] = {
		{ "bantime", "ban for" },
		{ "bantime.increment", "ban repeat double up to" },
		{ "dbpurgeage", "remember" },
		{ "failregex", "match" },
		{ "filter", "count" },
		{ "findtime", "threshold" },
		{ "ignoreip", "whitelist" },
		{ "backend", "log journal" },
		{ "logpath", "log" },
		{ "maxretry", "threshold" },
		{ "banaction", "route" },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].here;
	return NULL;
}
