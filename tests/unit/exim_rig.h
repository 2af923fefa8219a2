/* Lines of Exim and what becomes of them, for tests. */
#ifndef SMTPBAN_EXIM_RIG_H
#define SMTPBAN_EXIM_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "recognise_rig.h"

#define EXIM_NOW       1795651200 /* 26 November 2026 */
#define EXIM_LABEL_LEN 96
#define EXIM_LINE_LEN  16384

/* "-", or the address and what it did; until the next line. */
static inline const char *
exim_tell_line(struct recognise *r, const char *line)
{
	static char label[EXIM_LABEL_LEN];
	char addr[PREFIX_STRLEN];
	struct event ev;

	if (!recognise_line(r, line, strlen(line), EXIM_NOW, &ev))
		return "-";
	prefix_format(&ev.client, addr);
	if (ev.kind == EVENT_FAILURE)
		snprintf(label, sizeof(label), "%s %s", addr,
		    category_name(ev.category));
	else
		snprintf(label, sizeof(label), "%s %s", addr,
		    ev.kind == EVENT_LOGIN ? "login" : "accept");
	if (ev.count != 1)
		snprintf(label + strlen(label), sizeof(label) - strlen(label),
		    " %u", ev.count);
	return label;
}

/* Syslog's line of a process at a second of ten o'clock. */
static inline const char *
exim_tell_syslog(struct recognise *r, unsigned pid, unsigned second,
    const char *message)
{
	static char line[EXIM_LINE_LEN];

	snprintf(line, sizeof(line), "Nov 24 10:00:%02u mx1 exim[%u]: %s",
	    second, pid, message);
	return exim_tell_line(r, line);
}

/* Exim's own line at that second. */
static inline const char *
exim_tell_file(struct recognise *r, unsigned second, const char *message)
{
	static char line[EXIM_LINE_LEN];

	snprintf(line, sizeof(line), "2026-11-24 10:00:%02u %s", second,
	    message);
	return exim_tell_line(r, line);
}

static inline struct recognise *
exim_recogniser(void)
{
	struct recognise *r = rig_recogniser();

	assert_non_null(r);
	return r;
}

#endif
