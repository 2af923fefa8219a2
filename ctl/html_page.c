#include <string.h>

#include "html.h"
#include "html_chart.h"
#include "html_lists.h"
#include "html_style.h"
#include "when.h"
#include "wrong.h"

static void
put_head(const struct report *r, FILE *out)
{
	char from[WHEN_STRLEN], to[WHEN_STRLEN];

	fputs("<!DOCTYPE html>\n"
	      "<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n"
	      "<head>\n<meta charset=\"utf-8\"/>\n"
	      "<meta name=\"viewport\" "
	      "content=\"width=device-width,initial-scale=1\"/>\n"
	      "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
	      "<title>smtpban on ",
	    out);
	html_text(out, r->host);
	fputs("</title>\n<style>" STYLE_SHEET "</style>\n</head>\n"
	      "<body style=\"" STYLE_BODY "\">\n"
	      "<table role=\"presentation\" class=\"b\" style=\"width:100%;"
	      "background:#f3f4f7;border-spacing:0\">\n"
	      "<tr><td class=\"s\" align=\"center\" "
	      "style=\"padding:24px 12px\">\n"
	      "<table role=\"presentation\" class=\"c\" style=\"" STYLE_CARD
	      "\">\n<tr><td class=\"p\" style=\"padding:28px 36px 32px\">\n"
	      "<h1 class=\"t\" style=\"" STYLE_TITLE "\">smtpban on ",
	    out);
	html_text(out, r->host);
	fprintf(out,
	    "</h1>\n<p class=\"m\" style=\"margin:2px 0 0;" STYLE_MUTED
	    "\">%s to %s</p>\n",
	    when_local(r->now - REPORT_DAY, from), when_local(r->now, to));
}

/* Before all else: is it at work? */
static void
put_verdict(const struct report *r, FILE *out)
{
	static struct wrong wrong[WRONG_MAX];
	char line[WRONG_LINE_LEN];
	size_t i, n = wrong_collect(r->answer, wrong);

	if (n == 0)
		fputs("<p class=\"o\" style=\"margin:14px 0 16px;"
		      "color:#2f7d46\">&#10003; All is well: logs are read, "
		      "bans are in force.</p>\n",
		    out);
	for (i = 0; i < n; i++) {
		fputs("<p class=\"w\" style=\"margin:14px 0 16px;"
		      "overflow-wrap:anywhere;color:#b3311f\">"
		      "<strong>Wrong:</strong> ",
		    out);
		html_text(out, wrong_line(&wrong[i], r->now, line));
		fputs("</p>\n", out);
	}
}

static void
put_tile(FILE *out, uint64_t number, const char *what)
{
	char buf[HTML_NUMBER_LEN];

	fputs("<td class=\"r\" style=\"" STYLE_TILE "\">", out);
	fprintf(out,
	    "<div class=\"t f\" style=\"" STYLE_FIGURE "\">%s</div>"
	    "<div class=\"m\" style=\"" STYLE_MUTED "\">%s</div></td>\n",
	    html_number(number, buf), what);
}

static void
put_tiles(const struct report *r, FILE *out)
{
	fputs("<table role=\"presentation\" style=\"width:100%;"
	      "border-spacing:0;table-layout:fixed\"><tr>\n",
	    out);
	put_tile(out, r->banned.n, "banned in the last day");
	put_tile(out, r->answer->status.enforcer.bans, "bans in force");
	put_tile(out, r->failures.all, "failures counted");
	put_tile(out, r->nclose, "close to a ban");
	fputs("</tr></table>\n", out);
}

/* A chart's words: what it shows, in all and at its height. */
static void
put_words(const struct report *r, FILE *out, const char *of_what,
    const struct report_hours *hours)
{
	char number[HTML_NUMBER_LEN], label[REPORT_HOUR_LEN];
	uint64_t most = 0;
	unsigned i, at = 0;

	for (i = 0; i < REPORT_HOURS; i++)
		if (hours->in_hour[i] > most) {
			most = hours->in_hour[i];
			at = i;
		}
	fprintf(out,
	    "<p class=\"m\" style=\"margin:0 0 8px;" STYLE_MUTED "\">"
	    "%s %s in these 24 hours",
	    hours->all == 0 ? "no" : html_number(hours->all, number), of_what);
	if (most != 0)
		fprintf(out, ", most of them at %s: %s",
		    report_hour(r, at, label), html_number(most, number));
	fputs("</p>\n", out);
}

static void
put_legend(FILE *out, const struct report_hours *hours)
{
	unsigned c;

	fputs("<p class=\"m\" style=\"margin:0 0 10px;" STYLE_MUTED "\">", out);
	for (c = 0; c < CATEGORY_COUNT; c++) {
		if (hours->by_category[c] == 0)
			continue;
		fputs("<span style=\"margin-right:14px;white-space:nowrap\">",
		    out);
		html_swatch(out, c);
		fprintf(out, "%s</span> ", category_name(c));
	}
	fputs("</p>\n", out);
}

static void
put_charts(const struct report *r, FILE *out)
{
	html_list_section(out, "Failures by hour");
	put_words(r, out, "failures", &r->failures);
	if (r->failures.all != 0)
		put_legend(out, &r->failures);
	html_chart_hours(r, out, "failures", &r->failures);
	html_list_section(out, "Bans by hour");
	put_words(r, out, "bans", &r->bans);
	if (r->bans.all != 0)
		put_legend(out, &r->bans);
	html_chart_hours(r, out, "bans", &r->bans);
	html_list_hours(r, out);
	html_list_categories(r, out);
}

static void
put_health_line(FILE *out, const char *label, const char *text)
{
	fputs("<p class=\"t\" style=\"margin:0 0 4px;"
	      "overflow-wrap:anywhere\">",
	    out);
	if (label[0] != '\0')
		fprintf(out, "<strong class=\"%s\"%s>%s:</strong> ",
		    strcmp(label, "wrong") == 0 ? "w" : "t",
		    strcmp(label, "wrong") == 0 ? " style=\"color:#b3311f\"" :
						  "",
		    label);
	html_text(out, text);
	fputs("</p>\n", out);
}

void
report_print_html(const struct report *r, FILE *out)
{
	put_head(r, out);
	put_verdict(r, out);
	put_tiles(r, out);
	put_charts(r, out);
	html_list_banned(r, out);
	html_list_close(r, out);
	html_list_ended(r, out);
	html_list_networks(r, out);
	html_list_accounts(r, out);
	html_list_section(out, "Health");
	report_health(r, out, put_health_line);
	fputs("</td></tr></table>\n</td></tr></table>\n</body>\n</html>\n",
	    out);
}
