#include <inttypes.h>
#include <string.h>

#include "html.h"

void
html_text(FILE *out, const char *text)
{
	const unsigned char *p;

	for (p = (const unsigned char *)text; *p != '\0'; p++)
		switch (*p) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			if (*p >= 0x20 && *p < 0x7f)
				putc(*p, out);
			else
				fprintf(out, "\\x%02x", *p);
		}
}

const char *
html_number(uint64_t number, char buf[HTML_NUMBER_LEN])
{
	char digits[HTML_NUMBER_LEN];
	size_t n, i, used = 0;

	n = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, number);
	for (i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			buf[used++] = ',';
		buf[used++] = digits[i];
	}
	buf[used] = '\0';
	return buf;
}

const char *
html_color(unsigned category)
{
	static const char *const colors[CATEGORY_COUNT] = {
		[CATEGORY_AUTH] = "#4477aa",
		[CATEGORY_RELAY] = "#cc6655",
		[CATEGORY_UNKNOWN_USER] = "#6aa07a",
		[CATEGORY_RBL] = "#9a78b0",
		[CATEGORY_PROTOCOL] = "#d6a545",
		[CATEGORY_PROBE] = "#4aa3a8",
		[CATEGORY_POLICY] = "#b5739d",
		[CATEGORY_MANUAL] = "#8a919c",
	};

	if (category >= CATEGORY_COUNT || colors[category] == NULL)
		return "#8a919c";
	return colors[category];
}

void
html_swatch(FILE *out, unsigned category)
{
	fprintf(out,
	    "<span style=\"display:inline-block;width:10px;height:10px;"
	    "line-height:10px;overflow:hidden;border-radius:3px;"
	    "margin-right:7px;background:%s\">&#160;</span>",
	    html_color(category));
}

double
html_share(uint64_t value, uint64_t most)
{
	if (most == 0)
		return 0;
	return value < most ? (double)value / (double)most : 1;
}
