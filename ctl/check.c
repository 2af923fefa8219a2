/* smtpbanctl check: all that is known of an address. */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>

#include "command.h"
#include "kernel.h"
#include "seen.h"
#include "show.h"
#include "when.h"

#define LABEL "  %-11s"

/* Exit codes of this command. */
enum check_exit {
	CHECK_BANNED = 0,
	CHECK_NOT_BANNED = 1,
	CHECK_ERROR = 2,
};

/*
 * The names of rtm_protocol(7) numbers, as ip-route(8) has them, with those of
 * FRR's daemons, which it has where FRR is installed; or NULL.
 */
static const char *
protocol_name(uint32_t protocol)
{
	static const struct {
		uint32_t number;
		const char *name;
	} names[] = { { 2, "kernel" }, { 3, "boot" }, { 4, "static" },
		{ 8, "gated" }, { 9, "ra" }, { 11, "zebra" }, { 12, "bird" },
		{ 14, "xorp" }, { 16, "dhcp" }, { 18, "keepalived" },
		{ 42, "babel" }, { 83, "smtpban" }, { 99, "openr" },
		{ 186, "bgp" }, { 187, "isis" }, { 188, "ospf" },
		{ 189, "rip" }, { 190, "ripng" }, { 191, "nhrp" },
		{ 192, "eigrp" }, { 193, "ldp" }, { 194, "sharp" },
		{ 195, "pbr" }, { 196, "static of FRR" },
		{ 197, "openfabric" } };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == protocol)
			return names[i].name;
	return NULL;
}

static void
check_blackhole_json(struct json *j, const struct kernel_routes *k)
{
	if (!k->foreign) {
		json_null(j, "blackhole");
		return;
	}
	json_object(j, "blackhole");
	json_number(j, "protocol", k->protocol);
	json_string(j, "name", protocol_name(k->protocol));
	json_end(j);
}

static void
check_json(const struct invocation *v, const struct answer *a,
    const struct kernel_routes *k)
{
	const struct ctl_check_record *c = &a->check;
	bool banned = c->ban.state == BAN_ACTIVE;
	struct json j;
	size_t i;

	json_begin(&j, stdout);
	json_object(&j, NULL);
	json_string(&j, "address", v->argv[0]);
	json_bool(&j, "banned", banned);
	if (banned)
		show_ban_members(&j, &c->ban);
	if (c->ban.state == BAN_ENDED)
		show_ban_json(&j, "remembered", &c->ban);
	if (c->whitelist.family != 0)
		json_prefix(&j, "whitelist", &c->whitelist);
	else
		json_null(&j, "whitelist");
	json_string(&j, "guard", c->reason[0] != '\0' ? c->reason : NULL);
	json_bool(&j, "known", c->login != 0);
	json_time(&j, "login", c->login);
	json_bool(&j, "mail_server", c->mail_server != 0);
	json_bool(&j, "proxy", c->proxy_logins != 0);
	json_bool(&j, "kernel", k->ours || k->foreign);
	check_blackhole_json(&j, k);
	json_array(&j, "offenders");
	for (i = 0; i < a->noffenders; i++)
		show_offender_json(&j, NULL, &a->offenders[i]);
	json_end(&j);
	seen_json(&j, a->evidence, a->nevidence);
	json_end(&j);
}

static void
check_time(const char *label, int64_t t, int64_t now)
{
	char at[WHEN_STRLEN], rel[WHEN_STRLEN];

	when_relative(t, now, rel);
	printf(LABEL "%s%s%s%s\n", label, when_local(t, at),
	    rel[0] != '\0' ? " (" : "", rel, rel[0] != '\0' ? ")" : "");
}

static void
check_ban(const struct ban *b, int64_t now)
{
	char buf[PREFIX_STRLEN];
	bool active = b->state == BAN_ACTIVE;

	printf(LABEL "%s\n", active ? "by" : "remembered",
	    prefix_format(&b->prefix, buf));
	if (b->since != 0) {
		if (b->category == CATEGORY_MANUAL)
			printf(LABEL "by hand\n", "why");
		else
			printf(LABEL "%s, %" PRIu32 " failures\n", "why",
			    category_name(b->category), b->count);
		check_time("since", b->since, now);
		if (active)
			check_time("expires", b->expires, now);
		printf(LABEL "%" PRIu32 "\n", "strikes", b->strikes);
	}
	if (b->released != 0)
		check_time("released", b->released, now);
	if (b->allowed > now)
		check_time("allowed to", b->allowed, now);
	if ((b->flags & BAN_FOREIGN) != 0)
		printf(LABEL "another program's route is on this prefix, ours "
			     "is not set\n",
		    "remark");
	if ((b->flags & BAN_UNWRITTEN) != 0)
		printf(LABEL "not yet in the ledger\n", "remark");
}

static void
check_offender(const struct ctl_offender_record *o, int64_t now)
{
	char buf[PREFIX_STRLEN], span[WHEN_STRLEN], counts[SHOW_COUNTS_LEN];

	printf(LABEL "%s: %" PRIu32 " of %" PRIu32 " within %s (%s)\n",
	    "counted", prefix_format(&o->prefix, buf), o->count, o->threshold,
	    when_span(o->within, span), show_offender_counts(o, counts));
	check_time("last", o->last, now);
}

/* What speaks for the client. */
static void
check_good(const struct ctl_check_record *c, int64_t now)
{
	if (c->login != 0) {
		check_time("last login", c->login, now);
		printf(LABEL "failures of names that it logged in as; its "
			     "thresholds are higher\n",
		    "spared");
	}
	if (c->proxy_logins != 0)
		printf(LABEL "all failures, as a proxy: %" PRIu32 " of %" PRIu32
			     " good logins\n",
		    "spared", c->proxy_logins, c->logins_of);
	if (c->mail_server != 0)
		printf(LABEL "refusals of its mail, since enough is accepted\n",
		    "spared");
}

static void
check_blackhole(const struct kernel_routes *k)
{
	const char *name = protocol_name(k->protocol);

	printf(LABEL "dropped by a route of another program", "kernel");
	if (name != NULL)
		printf(": %s", name);
	printf(" (protocol %" PRIu32 ")\n", k->protocol);
}

static void
check_text(const struct invocation *v, const struct answer *a,
    const struct kernel_routes *k)
{
	const struct ctl_check_record *c = &a->check;
	bool banned = c->ban.state == BAN_ACTIVE;
	enum colour colour = banned ? COLOUR_WRONG : COLOUR_GOOD;
	char buf[PREFIX_STRLEN];
	size_t i;

	printf("%s: %s%s%s\n", v->argv[0], colour_begin(stdout, colour),
	    banned ? "banned" : "not banned", colour_end(stdout, colour));
	if (c->ban.state != 0)
		check_ban(&c->ban, v->now);
	if (c->whitelist.family != 0)
		printf(LABEL "%s\n", "whitelist",
		    prefix_format(&c->whitelist, buf));
	if (c->reason[0] != '\0') {
		printf(LABEL "a ban is refused: ", "guard");
		show_text(stdout, c->reason, true);
	}
	check_good(c, v->now);
	if (k->foreign)
		check_blackhole(k);
	if (banned && !k->ours && !k->foreign)
		printf(LABEL "has no route that drops it\n", "kernel");
	for (i = 0; i < a->noffenders; i++)
		check_offender(&a->offenders[i], v->now);
	seen_show(a->evidence, a->nevidence);
}

int
command_check(const struct invocation *v)
{
	struct ctl_address request = { 0 };
	struct kernel_routes k = { .ours = false };
	struct answer a = { 0 };
	int code = CHECK_ERROR;

	if (command_prefix(v, &request.prefix) == -1 ||
	    client_ask(v->socket, v->name, CTL_CHECK, &request, sizeof(request),
		&a) == -1)
		return CHECK_ERROR;
	if (a.has_check) {
		if (kernel_look(&request.prefix, a.check.protocol, &k) == -1)
			warn("check: the kernel's routes");
		show_sort_offenders(a.offenders, a.noffenders);
		if (v->json)
			check_json(v, &a, &k);
		else
			check_text(v, &a, &k);
		code = a.check.ban.state == BAN_ACTIVE ? CHECK_BANNED :
							 CHECK_NOT_BANNED;
	} else
		show_warn_senseless("check");
	client_free(&a);
	return code;
}
