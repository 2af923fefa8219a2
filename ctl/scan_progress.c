/* How far a long run is, on one line of the terminal. */
#include <sys/ioctl.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "scan_progress.h"

#define WAIT_MS 1000 /* before it is shown at all */
#define STEP_MS 200
#define BAR_MIN 8

static const char erase[] = "\r\033[K";

/* Die of the signal, as without us, but leave no half line behind. */
static void
on_signal(int sig)
{
	(void)!write(STDERR_FILENO, erase, sizeof(erase) - 1);
	(void)raise(sig);
}

static void
catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction act = { .sa_handler = on_signal }, old;
	size_t i;

	act.sa_flags = (int)SA_RESETHAND;
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], NULL, &old) == 0 &&
		    old.sa_handler == SIG_DFL)
			(void)sigaction(signals[i], &act, NULL);
}

void
scan_progress_begin(struct scan_progress *p, int64_t now)
{
	const char *term = getenv("TERM");

	memset(p, 0, sizeof(*p));
	p->on = isatty(STDERR_FILENO) == 1 && term != NULL && *term != '\0' &&
	    strcmp(term, "dumb") != 0;
	p->started = now;
	p->next = now + WAIT_MS;
}

/* A number of at most three figures with its unit: "47", "1.2 k", "340 M". */
static void
format_amount(char *buf, size_t size, uint64_t n)
{
	static const char units[] = " kMGTPE";
	double value = (double)n;
	unsigned i = 0;

	while (value >= 999.5 && units[i + 1] != '\0') {
		value /= 1000;
		i++;
	}
	if (i == 0)
		snprintf(buf, size, "%.0f ", value);
	else
		snprintf(buf, size, "%.*f %c", value < 9.95 ? 1 : 0, value,
		    units[i]);
}

/* How long the rest will take, if the beginning tells. */
static void
format_left(char *buf, size_t size, int64_t done, int64_t total,
    int64_t elapsed)
{
	long long s;

	if (done == 0) {
		(void)strlcpy(buf, "-:--", size);
		return;
	}
	s = (long long)((double)elapsed / (double)done *
		(double)(total - done) / 1000 +
	    0.999);
	if (s >= 3600)
		snprintf(buf, size, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60,
		    s % 60);
	else
		snprintf(buf, size, "%lld:%02lld", s / 60, s % 60);
}

/* "[====    ]" of so many characters, brackets included. */
static void
format_bar(char *buf, unsigned width, int64_t done, int64_t total)
{
	unsigned inner = width - 2;
	unsigned full = (unsigned)((double)done / (double)total * inner);

	buf[0] = '[';
	memset(buf + 1, ' ', inner);
	memset(buf + 1, '=', full);
	buf[width - 1] = ']';
	buf[width] = '\0';
}

const char *
scan_progress_format(char buf[SCAN_PROGRESS_LEN], unsigned columns,
    int64_t done, int64_t total, uint64_t lines, int64_t elapsed)
{
	char amount[16], of[16], rate[16], left[32], text[128];
	unsigned width =
	    columns < SCAN_PROGRESS_LEN ? columns : SCAN_PROGRESS_LEN;
	size_t n;

	format_amount(amount, sizeof(amount), (uint64_t)done);
	format_amount(rate, sizeof(rate),
	    (uint64_t)((double)lines * 1000 / (double)elapsed));
	buf[0] = '\0';
	if (width < 2)
		return buf;
	if (total <= 0) {
		snprintf(buf, width, "%sB, %slines/s", amount, rate);
		return buf;
	}
	if (done > total) /* the log grows meanwhile */
		done = total;
	format_amount(of, sizeof(of), (uint64_t)total);
	format_left(left, sizeof(left), done, total, elapsed);
	snprintf(text, sizeof(text), "%3d %% of %sB, %slines/s, %s left",
	    (int)((double)done * 100 / (double)total), of, rate, left);
	n = strlen(text);
	if (n + 1 + BAR_MIN < width) {
		format_bar(buf, width - 2 - (unsigned)n, done, total);
		(void)strlcat(buf, " ", width);
	}
	(void)strlcat(buf, text, width);
	return buf;
}

static unsigned
terminal_columns(void)
{
	struct winsize w;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == -1 || w.ws_col == 0)
		return SCAN_PROGRESS_LEN;
	return w.ws_col;
}

void
scan_progress_tell(struct scan_progress *p, int64_t done, uint64_t lines,
    int64_t now)
{
	char buf[SCAN_PROGRESS_LEN];

	if (!p->on || now < p->next)
		return;
	if (!p->caught)
		catch_signals();
	p->shown = p->caught = true;
	p->next = now + STEP_MS;
	fprintf(stderr, "%s%s", erase,
	    scan_progress_format(buf, terminal_columns(), done, p->total, lines,
		now - p->started));
	fflush(stderr);
}

void
scan_progress_hide(struct scan_progress *p)
{
	if (p->shown)
		fputs(erase, stderr);
	p->shown = false;
}

void
scan_progress_end(struct scan_progress *p)
{
	scan_progress_hide(p);
	p->on = false;
}
