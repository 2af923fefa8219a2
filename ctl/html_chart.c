#include <inttypes.h>
#include <string.h>

#include "html.h"
#include "html_chart.h"
#include "show.h"

/* Across in percent, so that it fits every screen; down in pixels. */
#define LEFT   7.0
#define STEP   ((100.0 - LEFT) / REPORT_HOURS)
#define COLUMN (STEP * 0.76)
#define TOP    20.0
#define BOTTOM 160.0
#define HEIGHT 184
#define LEAST  2.0 /* one failure among thousands is to be seen */
#define FONT   "font-family=\"Helvetica,Arial,sans-serif\" font-size=\"11\""

double
html_chart_top(uint64_t most)
{
	static const int steps[] = { 2, 4, 6, 8, 10 };
	double unit = 1;
	unsigned i = 0;

	if (most < 2)
		return 2;
	while (10 * unit < (double)most)
		unit *= 10;
	while (steps[i] * unit < (double)most)
		i++; /* at the latest to the 10 */
	return steps[i] * unit;
}

/* A number of the axis, in at most four characters or so. */
static void
put_short(FILE *out, double value)
{
	static const char units[] = " kMGTPE";
	unsigned i = 0;

	for (; value >= 1000 && units[i + 1] != '\0'; i++)
		value /= 1000;
	fprintf(out, "%.3g", value);
	if (i > 0)
		putc(units[i], out);
}

static void
put_line(FILE *out, double y, double value)
{
	fprintf(out,
	    "<line class=\"g\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\" "
	    "stroke=\"#dfe2e8\"/>"
	    "<text class=\"m\" x=\"0\" y=\"%.1f\" fill=\"#68707d\" " FONT ">",
	    y, y, y - 4);
	put_short(out, value);
	fputs("</text>\n", out);
}

/* One column, with what a pointer over it tells. */
static void
put_column(const struct report *r, FILE *out, unsigned ago, double top,
    const struct report_hours *hours)
{
	double x = LEFT + STEP * (REPORT_HOURS - 1 - ago), y = BOTTOM, height;
	char label[REPORT_HOUR_LEN], counts[SHOW_COUNTS_LEN];
	const uint64_t *hour = hours->of[ago];
	unsigned c;

	if (hours->in_hour[ago] == 0)
		return;
	fprintf(out, "<g><title>%s %s</title>", report_hour(r, ago, label),
	    show_counts(hour, counts));
	for (c = 0; c < CATEGORY_COUNT; c++) {
		if (hour[c] == 0)
			continue;
		height = (double)hour[c] / top * (BOTTOM - TOP);
		if (height < LEAST)
			height = LEAST;
		y -= height;
		fprintf(out,
		    "<rect x=\"%.2f%%\" y=\"%.1f\" width=\"%.2f%%\" "
		    "height=\"%.1f\" fill=\"%s\"/>",
		    x, y, COLUMN, height, html_color(c));
	}
	fputs("</g>\n", out);
}

/* Every sixth hour of the day. */
static void
put_hours(const struct report *r, FILE *out)
{
	char label[REPORT_HOUR_LEN];
	double x;
	unsigned ago;

	for (ago = 0; ago < REPORT_HOURS; ago++) {
		report_hour(r, ago, label);
		if (strcmp(label, "00:00") != 0 &&
		    strcmp(label, "06:00") != 0 &&
		    strcmp(label, "12:00") != 0 && strcmp(label, "18:00") != 0)
			continue;
		x = LEFT + STEP * (REPORT_HOURS - 1 - ago) + COLUMN / 2;
		fprintf(out,
		    "<text class=\"m\" x=\"%.2f%%\" y=\"%.1f\" "
		    "text-anchor=\"%s\" fill=\"#68707d\" " FONT ">%s</text>\n",
		    x, BOTTOM + 17, ago == 0 ? "end" : "middle", label);
	}
}

void
html_chart_hours(const struct report *r, FILE *out, const char *of_what,
    const struct report_hours *hours)
{
	uint64_t most = 0;
	unsigned i;
	double top;

	for (i = 0; i < REPORT_HOURS; i++)
		if (hours->in_hour[i] > most)
			most = hours->in_hour[i];
	top = html_chart_top(most);
	fprintf(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
	    "aria-label=\"%s by hour\" width=\"100%%\" height=\"%d\" "
	    "style=\"display:block\">\n",
	    of_what, HEIGHT);
	put_line(out, TOP, top);
	put_line(out, (TOP + BOTTOM) / 2, top / 2);
	put_line(out, BOTTOM, 0);
	for (i = REPORT_HOURS; i-- > 0;)
		put_column(r, out, i, top, hours);
	put_hours(r, out);
	fputs("</svg>\n", out);
}

void
html_chart_bar(FILE *out, double share, const char *color)
{
	fprintf(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" aria-hidden=\"true\" "
	    "width=\"100%%\" height=\"8\" style=\"display:block\">"
	    "<rect class=\"k\" width=\"100%%\" height=\"8\" rx=\"4\" "
	    "fill=\"#eceef2\"/>");
	if (share > 0)
		fprintf(out,
		    "<rect width=\"%.1f%%\" height=\"8\" rx=\"4\" "
		    "fill=\"%s\"/>",
		    share < 0.02 ? 2.0 : share * 100, color);
	fputs("</svg>", out);
}
