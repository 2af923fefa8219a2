/* smtpbanctl report: asks for all of it and prints it in the form wanted. */
#include <err.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "hints.h"
#include "outfile.h"
#include "report.h"
#include "show.h"

#define HOST_LEN 256

/* All that the report is made of, or -1 with the error printed. */
static int
report_ask(const struct invocation *v, struct answer *a)
{
	struct ctl_bans all = { .ended = 1 };

	if (client_ask(v->socket, v->name, CTL_STATUS, NULL, 0, a) == -1 ||
	    client_ask(v->socket, v->name, CTL_BANS, &all, sizeof(all), a) ==
		-1 ||
	    client_ask(v->socket, v->name, CTL_OFFENDERS, NULL, 0, a) == -1 ||
	    client_ask(v->socket, v->name, CTL_ACCOUNTS, NULL, 0, a) == -1)
		return -1;
	if (a->has_status)
		return 0;
	show_warn_senseless("report");
	client_free(a);
	return -1;
}

static int
report_write_html(const struct report *r, const char *path)
{
	struct outfile file;

	if (outfile_open(&file, path) == -1)
		return COMMAND_FAILED;
	report_print_html(r, file.out);
	return outfile_close(&file) == -1 ? COMMAND_FAILED : COMMAND_OK;
}

int
command_report(const struct invocation *v)
{
	const char *hints[HINTS_MAX];
	struct answer a = { 0 };
	char host[HOST_LEN] = "";
	struct report r = { .host = host,
		.now = v->now,
		.answer = &a,
		.hints = hints };
	int code = COMMAND_OK;

	if (v->json && v->html != NULL) {
		warnx("report: -j and --html: choose one of them");
		return COMMAND_USAGE;
	}
	if (gethostname(host, sizeof(host) - 1) == -1)
		strlcpy(host, "this host", sizeof(host));
	if (report_ask(v, &a) == -1)
		return COMMAND_FAILED;
	r.nhints = hints_collect("", a.status.rules != 0, hints);
	report_gather(&r);
	if (v->html != NULL)
		code = report_write_html(&r, v->html);
	else if (v->json)
		report_print_json(&r, stdout);
	else
		report_print(&r, stdout);
	report_free(&r);
	client_free(&a);
	return code;
}
