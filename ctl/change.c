/* The commands that change something; only root may. */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "log.h"
#include "show.h"
#include "when.h"

/* "ban 192.0.2.1", for errors. */
static const char *
change_what(const struct invocation *v, const struct prefix *p, char *buf,
    size_t size)
{
	char text[PREFIX_STRLEN];

	snprintf(buf, size, "%s %s", v->name, prefix_format(p, text));
	return buf;
}

int
command_ban(const struct invocation *v)
{
	struct ctl_ban request = { 0 };
	struct answer a = { 0 };
	char what[PREFIX_STRLEN + 8], buf[PREFIX_STRLEN], at[WHEN_STRLEN];
	int code = COMMAND_OK;
	struct json j;

	if (command_prefix(v, &request.prefix) == -1 ||
	    command_time(v, "for", true, &request.seconds) == -1)
		return COMMAND_USAGE;
	change_what(v, &request.prefix, what, sizeof(what));
	if (client_ask(v->socket, what, CTL_BAN, &request, sizeof(request),
		&a) == -1)
		return COMMAND_FAILED;
	if (v->json && a.nbans > 0) {
		json_begin(&j, stdout);
		show_ban_json(&j, NULL, &a.bans[0]);
	} else if (!v->quiet && a.nbans > 0)
		printf("%s: banned, expires %s\n",
		    prefix_format(&a.bans[0].prefix, buf),
		    a.bans[0].expires == BAN_FOR_EVER ?
			"never" :
			when_local(a.bans[0].expires, at));
	if (a.nbans > 0 && (a.bans[0].flags & BAN_FOREIGN) != 0) {
		warnx("%s: another program's route is on this prefix, ours "
		      "cannot be set; \"ip route\" shows it",
		    what);
		code = COMMAND_FAILED;
	}
	client_free(&a);
	return code;
}

/* Tell how many bans an answer says were released. */
static void
change_tell_number(const struct invocation *v, uint32_t number)
{
	struct json j;

	if (v->json) {
		json_begin(&j, stdout);
		json_object(&j, NULL);
		json_number(&j, "released", number);
		json_end(&j);
	} else if (!v->quiet)
		printf("%" PRIu32 " released\n", number);
}

int
command_unban(const struct invocation *v)
{
	struct ctl_unban request = { 0 };
	struct answer a = { 0 };
	char what[PREFIX_STRLEN + 8], buf[PREFIX_STRLEN], at[WHEN_STRLEN];

	if (command_prefix(v, &request.prefix) == -1 ||
	    command_time(v, "allow", false, &request.allow) == -1)
		return COMMAND_USAGE;
	change_what(v, &request.prefix, what, sizeof(what));
	if (client_ask(v->socket, what, CTL_UNBAN, &request, sizeof(request),
		&a) == -1)
		return COMMAND_FAILED;
	if (request.allow != 0 && !v->json && !v->quiet)
		printf("%s: allowed until %s\n",
		    prefix_format(&request.prefix, buf),
		    when_local(v->now + request.allow, at));
	else
		change_tell_number(v, a.number);
	client_free(&a);
	return COMMAND_OK;
}

int
command_release(const struct invocation *v)
{
	uint32_t type = strcmp(v->name, "flush") == 0 ? CTL_FLUSH : CTL_EXPIRE;
	struct answer a = { 0 };

	if (client_ask(v->socket, v->name, type, NULL, 0, &a) == -1)
		return COMMAND_FAILED;
	change_tell_number(v, a.number);
	client_free(&a);
	return COMMAND_OK;
}

/* Tell that all went well, where there is nothing else to tell. */
static void
change_tell(const struct invocation *v, const char *key, const char *value)
{
	struct json j;

	if (!v->json)
		return;
	json_begin(&j, stdout);
	json_object(&j, NULL);
	json_string(&j, key, value);
	json_end(&j);
}

int
command_reload(const struct invocation *v)
{
	struct answer a = { 0 };

	if (client_ask(v->socket, v->name, CTL_RELOAD, NULL, 0, &a) == -1)
		return COMMAND_FAILED;
	change_tell(v, "reload", "ok");
	client_free(&a);
	return COMMAND_OK;
}

int
command_log(const struct invocation *v)
{
	struct ctl_level request = { .level = LOG_VERBOSE };
	struct answer a = { 0 };

	if (strcmp(v->argv[0], "brief") == 0)
		request.level = LOG_BRIEF;
	else if (strcmp(v->argv[0], "verbose") != 0) {
		warnx("log: %s: want brief or verbose", v->argv[0]);
		return COMMAND_USAGE;
	}
	if (client_ask(v->socket, v->name, CTL_LEVEL, &request, sizeof(request),
		&a) == -1)
		return COMMAND_FAILED;
	change_tell(v, "log", v->argv[0]);
	client_free(&a);
	return COMMAND_OK;
}
