/* smtpban.conf(5): which logs are followed where the file names none. */
#include <sys/stat.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "conf_parse.h"

bool
conf_has_log(const struct conf *conf, const char *path)
{
	unsigned i;

	for (i = 0; i < conf->nlogs; i++)
		if (strcmp(conf->logs[i], path) == 0)
			return true;
	return false;
}

static bool
is_there(const char *root, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	return (size_t)snprintf(path, sizeof(path), "%s%s", root, name) <
	    sizeof(path) &&
	    stat(path, &st) == 0;
}

const char *
conf_default_log(const char *root)
{
	static const char *const usual[] = { "/var/log/mail.log",
		"/var/log/maillog" };
	unsigned i;

	for (i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (is_there(root, usual[i]))
			return usual[i];
	/* Of a journal that nobody writes the folder may be there too. */
	if (is_there(root, CONF_JOURNALCTL) &&
	    is_there(root, "/run/systemd/journal/socket"))
		return MSG_JOURNAL;
	return usual[0];
}

void
conf_default_logs(struct conf *conf, const struct conf *old)
{
	if (conf->nlogs != 0)
		return;
	conf->default_logs = true;
	conf->logs[conf->nlogs++] =
	    conf_copy(old != NULL && old->default_logs ? old->logs[0] :
							 conf_default_log(""));
}
