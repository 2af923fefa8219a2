#include "attacked.h"
#include "report.h"
#include "show.h"
#include "wrong.h"

static void
report_bans_json(struct json *j, const char *key, const struct report_bans *b)
{
	size_t i;

	json_array(j, key);
	for (i = 0; i < b->n; i++)
		show_ban_json(j, NULL, &b->list[i]);
	json_end(j);
}

static void
report_networks_json(const struct report *r, struct json *j)
{
	const struct network *all = r->networks;
	size_t i;

	json_array(j, "networks");
	for (i = 0; i < r->nnetworks && i < REPORT_WORST_MAX; i++) {
		json_object(j, NULL);
		json_prefix(j, "prefix", &all[i].prefix);
		json_number(j, "bans", all[i].bans);
		json_number(j, "offenders", all[i].offenders);
		json_number(j, "failures", all[i].failures);
		json_end(j);
	}
	json_end(j);
}

static void
report_lists_json(const struct report *r, struct json *j)
{
	const struct answer *a = r->answer;
	size_t i;

	report_bans_json(j, "bans", &r->banned);
	report_bans_json(j, "expired", &r->ended);
	json_array(j, "offenders");
	for (i = 0; i < r->nclose; i++)
		show_offender_json(j, NULL, &a->offenders[i]);
	json_end(j);
	report_networks_json(r, j);
	json_array(j, "accounts");
	for (i = 0; i < r->naccounts && i < REPORT_WORST_MAX; i++)
		attacked_json(j, &a->accounts[i]);
	json_end(j);
}

/* The words of status -j. */
static void
report_health_json(const struct report *r, struct json *j)
{
	static struct wrong wrong[WRONG_MAX], remarks[WRONG_REMARKS];
	const struct msg_counters *c = &r->answer->status.enforcer;
	unsigned i;

	wrong_json(j, "wrong", wrong, wrong_collect(r->answer, wrong));
	wrong_json(j, "remarks", remarks,
	    wrong_remark(r->answer, r->now, remarks));
	json_array(j, "hints");
	for (i = 0; i < r->nhints; i++)
		json_string(j, NULL, r->hints[i]);
	json_end(j);
	json_string(j, "error", c->error[0] != '\0' ? c->error : NULL);
}

void
report_print_json(const struct report *r, FILE *out)
{
	struct json j;
	unsigned i;

	json_begin(&j, out);
	json_object(&j, NULL);
	json_string(&j, "host", r->host);
	json_time(&j, "from", r->now - REPORT_DAY);
	json_time(&j, "to", r->now);
	report_lists_json(r, &j);
	json_array(&j, "hours");
	for (i = REPORT_HOURS; i > 0; i--)
		json_number(&j, NULL, r->failures.in_hour[i - 1]);
	json_end(&j);
	show_counts_json(&j, "categories", r->failures.by_category);
	report_health_json(r, &j);
	json_end(&j);
}
