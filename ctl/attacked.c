/* smtpbanctl accounts: which user names are under attack. */
#include <inttypes.h>
#include <string.h>

#include "attacked.h"
#include "client.h"
#include "command.h"
#include "escape.h"
#include "show.h"

const char *
attacked_user(const char *user, size_t width, char cell[ATTACKED_USER_SIZE])
{
	size_t used = 0, fits = 0, n;
	char one[ESCAPE_LEN];

	cell[0] = '\0';
	if (width > ATTACKED_USER_WIDTH)
		width = ATTACKED_USER_WIDTH;
	for (; *user != '\0'; user++, used += n) {
		n = escape_byte((unsigned char)*user, one);
		if (used + n > width) {
			strlcpy(cell + fits, "...", ATTACKED_USER_SIZE - fits);
			return cell;
		}
		strlcpy(cell + used, one, ATTACKED_USER_SIZE - used);
		if (used + n + strlen("...") <= width)
			fits = used + n;
	}
	return cell;
}

void
attacked_show(FILE *out, const struct ctl_account_record *r, size_t n,
    int64_t now, bool headings)
{
	static const char *const names[] = { "USER", ">FAILURES", ">CLIENTS",
		">NETWORKS", ">LOGINS", "LAST", NULL };
	struct table *t = table_new(names);
	char cell[ATTACKED_USER_SIZE];
	bool rough = false;
	size_t i;

	for (i = 0; i < n; i++, r++) {
		rough |= r->error != 0;
		table_cell(t, "%s",
		    attacked_user(r->user, ATTACKED_USER_WIDTH, cell));
		table_cell(t, "%s%" PRIu64, r->error != 0 ? "<=" : "",
		    r->failures);
		table_cell(t, "%" PRIu32, r->clients);
		table_cell(t, "%" PRIu32, r->networks);
		table_cell(t, "%" PRIu64, r->logins);
		if (r->logins != 0)
			table_colour(t, COLOUR_REMARK);
		show_time_cell(t, r->last, now);
	}
	table_print(t, out, headings);
	table_free(t);
	if (rough && headings)
		fprintf(out,
		    "<=: at most; there were more names than can be "
		    "counted\n");
}

void
attacked_json(struct json *j, const struct ctl_account_record *r)
{
	json_object(j, NULL);
	json_string(j, "user", r->user);
	json_number(j, "failures", r->failures);
	json_number(j, "error", r->error);
	json_number(j, "clients", r->clients);
	json_number(j, "networks", r->networks);
	json_number(j, "logins", r->logins);
	json_time(j, "first", r->first);
	json_time(j, "last", r->last);
	json_end(j);
}

int
command_accounts(const struct invocation *v)
{
	struct answer a = { 0 };
	struct json j;
	size_t i;

	if (client_ask(v->socket, v->name, CTL_ACCOUNTS, NULL, 0, &a) == -1)
		return COMMAND_FAILED;
	if (v->json) {
		json_begin(&j, stdout);
		json_array(&j, NULL);
		for (i = 0; i < a.naccounts; i++)
			attacked_json(&j, &a.accounts[i]);
		json_end(&j);
	} else
		attacked_show(stdout, a.accounts, a.naccounts, v->now,
		    !v->quiet);
	client_free(&a);
	return COMMAND_OK;
}
