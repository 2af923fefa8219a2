/* smtpbanctl: asks the running smtpband, and analyses log files. */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "conf.h"

static const struct entry {
	const char *name;
	command run;
	int least, most; /* arguments; most -1: any number */
	const char *arguments;
} commands[] = {
	{ "status", command_status, 0, 0, "" },
	{ "bans", command_bans, 0, 0, "" },
	{ "offenders", command_offenders, 0, 0, "" },
	{ "accounts", command_accounts, 0, 0, "" },
	{ "check", command_check, 1, 1, " address" },
	{ "ban", command_ban, 1, 3, " prefix [for time | for ever]" },
	{ "unban", command_unban, 1, 3, " prefix [allow time]" },
	{ "expire", command_release, 0, 0, "" },
	{ "flush", command_release, 0, 0, "" },
	{ "reload", command_reload, 0, 0, "" },
	{ "log", command_log, 1, 1, " brief | verbose" },
	{ "metrics", command_metrics, 0, 0, "" },
	{ "report", command_report, 0, 0, " [--html file]" },
	{ "import", command_import, 1, 1, " file" },
	{ "watch", command_watch, 0, 0, "" },
	{ "scan", command_scan, 1, -1,
	    " [-l | --explain | --summary] [-f conf [-f conf]] file ..." },
	{ "whitelist", command_whitelist, 0, 0, " [-b] [-f conf]" },
};
#define NCOMMANDS (sizeof(commands) / sizeof(commands[0]))

static void
usage(FILE *out)
{
	size_t i;

	fprintf(out,
	    "usage: smtpbanctl [-hjq] [-s socket] command\n"
	    "commands:\n");
	for (i = 0; i < NCOMMANDS; i++)
		fprintf(out, "    %s%s\n", commands[i].name,
		    commands[i].arguments);
}

/* What getopt_long(3) returns for options that have no letter. */
enum {
	OPTION_EXPLAIN = 256,
	OPTION_SUMMARY,
	OPTION_HTML
};

static int
add_conf(struct invocation *v, const char *path)
{
	if (v->nconfs == COMMAND_CONFS_MAX) {
		warnx("-f: at most %d configurations", COMMAND_CONFS_MAX);
		return -1;
	}
	v->confs[v->nconfs++] = path;
	return 0;
}

/* Most options are of one command, and follow it. */
static const char *
options_help(const struct invocation *v)
{
	return v->name == NULL ?
	    "; before the command there are -h, -j, -q and -s" :
	    ", see \"smtpbanctl -h\"";
}

/* word: where it stood.  Returns 0, or -1 with the error printed. */
static int
take_option(struct invocation *v, int option, const char *word)
{
	switch (option) {
	case 'h':
		usage(stdout);
		exit(COMMAND_OK);
	case 'j':
		v->json = true;
		return 0;
	case 'q':
		v->quiet = true;
		return 0;
	case 's':
		v->socket = optarg;
		return 0;
	case 'b':
		v->bird = true;
		return 0;
	case 'l':
		v->lines = true;
		return 0;
	case 'f':
		return add_conf(v, optarg);
	case OPTION_EXPLAIN:
		v->explain = true;
		return 0;
	case OPTION_SUMMARY:
		v->summary = true;
		return 0;
	case OPTION_HTML:
		v->html = optarg;
		return 0;
	case ':':
		warnx("%s: needs an argument", word);
		return -1;
	default:
		if (optopt != 0)
			warnx("-%c: unknown option%s", optopt, options_help(v));
		else
			warnx("%s: unknown option%s", word, options_help(v));
		return -1;
	}
}

/*
 * The options up to the command, or (after) all that follow it, also between
 * the arguments.  Returns how many words were used, or -1 with the error
 * printed.
 */
static int
parse_options(struct invocation *v, bool after, int argc, char **argv)
{
	static const struct option scan_options[] = {
		{ "explain", no_argument, NULL, OPTION_EXPLAIN },
		{ "summary", no_argument, NULL, OPTION_SUMMARY },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	static const struct option report_options[] = {
		{ "html", required_argument, NULL, OPTION_HTML },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const struct option *words = &report_options[1];
	const char *allowed = after ? ":hjqs:" : "+:hjqs:";
	int c;

	if (after && strcmp(v->name, "scan") == 0) {
		allowed = ":hjqs:lf:";
		words = scan_options;
	} else if (after && strcmp(v->name, "report") == 0) {
		words = report_options;
	} else if (after && strcmp(v->name, "whitelist") == 0) {
		allowed = ":hjqs:bf:";
	}
	opterr = 0;
	optind = 0; /* glibc: begin anew */
	while ((c = getopt_long(argc, argv, allowed, words, NULL)) != -1)
		if (take_option(v, c, argv[optind - 1]) == -1)
			return -1;
	return optind;
}

static const struct entry *
find_command(const char *name)
{
	size_t i;

	for (i = 0; i < NCOMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static void
warn_command(const char *name)
{
	const char *names[NCOMMANDS], *meant;
	size_t i;

	for (i = 0; i < NCOMMANDS; i++)
		names[i] = commands[i].name;
	meant = conf_suggest(name, names, NCOMMANDS);
	if (meant != NULL)
		warnx("%s: unknown command (did you mean \"%s\"?)", name,
		    meant);
	else
		warnx("%s: unknown command, \"smtpbanctl -h\" lists them",
		    name);
}

/* What was printed must have arrived: a full disk is an error. */
static int
finish(int code)
{
	if (fflush(stdout) == EOF || ferror(stdout)) {
		warn("standard output");
		return code == COMMAND_USAGE ? code : COMMAND_FAILED;
	}
	return code;
}

int
main(int argc, char **argv)
{
	struct invocation v = { .socket = CONF_CONTROL, .now = time(NULL) };
	const struct entry *e;
	int used;

	if ((used = parse_options(&v, false, argc, argv)) == -1)
		return COMMAND_USAGE;
	if (used == argc) {
		usage(stderr);
		return COMMAND_USAGE;
	}
	argc -= used;
	argv += used;
	v.name = argv[0];
	if ((e = find_command(v.name)) == NULL) {
		warn_command(v.name);
		return COMMAND_USAGE;
	}
	if ((used = parse_options(&v, true, argc, argv)) == -1)
		return COMMAND_USAGE;
	v.argc = argc - used;
	v.argv = argv + used;
	if (v.argc < e->least || (e->most != -1 && v.argc > e->most)) {
		fprintf(stderr, "usage: smtpbanctl [-hjq] [-s socket] %s%s\n",
		    e->name, e->arguments);
		return COMMAND_USAGE;
	}
	return finish(e->run(&v));
}
