/* smtpbanctl accounts: which user names are under attack. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "command.h"
#include "escape.h"
#include "json.h"
#include "table.h"
#include "when.h"

#define USER_WIDTH 30 /* leaves room for the other columns in 80 */
#define USER_SIZE  (USER_WIDTH + sizeof("..."))

/* A name as a cell: one too long ends in dots. */
static const char *
user_cell(const char *user, char cell[USER_SIZE])
{
	size_t used = 0, fits = 0, n;
	char one[ESCAPE_LEN];

	cell[0] = '\0';
	for (; *user != '\0'; user++, used += n) {
		n = escape_byte((unsigned char)*user, one);
		if (used + n > USER_WIDTH) {
			strlcpy(cell + fits, "...", USER_SIZE - fits);
			return cell;
		}
		strlcpy(cell + used, one, USER_SIZE - used);
		if (used + n <= USER_WIDTH - strlen("..."))
			fits = used + n;
	}
	return cell;
}

static void
accounts_table(const struct invocation *v, const struct answer *a)
{
	static const char *const names[] = { "USER", ">FAILURES", ">CLIENTS",
		">NETWORKS", ">LOGINS", "LAST", NULL };
	const struct ctl_account_record *r;
	struct table *t = table_new(names);
	char cell[USER_SIZE], at[WHEN_STRLEN];
	bool rough = false;
	size_t i;

	for (i = 0; i < a->naccounts; i++) {
		r = &a->accounts[i];
		rough |= r->error != 0;
		table_cell(t, "%s", user_cell(r->user, cell));
		table_cell(t, "%s%" PRIu64, r->error != 0 ? "<=" : "",
		    r->failures);
		table_cell(t, "%" PRIu32, r->clients);
		table_cell(t, "%" PRIu32, r->networks);
		table_cell(t, "%" PRIu64, r->logins);
		table_cell(t, "%s", when_short(r->last, v->now, at));
	}
	table_print(t, stdout, !v->quiet);
	table_free(t);
	if (rough && !v->quiet)
		printf("<=: at most; there were more names than can be "
		       "counted\n");
}

static void
accounts_json(const struct answer *a)
{
	const struct ctl_account_record *r;
	struct json j;
	size_t i;

	json_begin(&j, stdout);
	json_array(&j, NULL);
	for (i = 0; i < a->naccounts; i++) {
		r = &a->accounts[i];
		json_object(&j, NULL);
		json_string(&j, "user", r->user);
		json_number(&j, "failures", r->failures);
		json_number(&j, "error", r->error);
		json_number(&j, "clients", r->clients);
		json_number(&j, "networks", r->networks);
		json_number(&j, "logins", r->logins);
		json_time(&j, "first", r->first);
		json_time(&j, "last", r->last);
		json_end(&j);
	}
	json_end(&j);
}

int
command_accounts(const struct invocation *v)
{
	struct answer a = { 0 };

	if (client_ask(v->socket, v->name, CTL_ACCOUNTS, NULL, 0, &a) == -1)
		return COMMAND_FAILED;
	if (v->json)
		accounts_json(&a);
	else
		accounts_table(v, &a);
	client_free(&a);
	return COMMAND_OK;
}
