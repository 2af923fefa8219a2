#include <err.h>
#include <string.h>

#include "command.h"
#include "conf.h"
#include "msg.h"

int
command_prefix(const struct invocation *v, struct prefix *p)
{
	const char *error = prefix_parse(v->argv[0], p);

	if (error == NULL)
		return 0;
	warnx("%s: %s: %s", v->name, v->argv[0], error);
	return -1;
}

int
command_time(const struct invocation *v, const char *word, bool ever,
    uint32_t *seconds)
{
	const char *error;

	*seconds = 0;
	if (v->argc == 1)
		return 0;
	if (v->argc != 3 || strcmp(v->argv[1], word) != 0) {
		warnx("%s: %s: want \"%s\" and a time, as \"%s 2d\"", v->name,
		    v->argv[1], word, word);
		return -1;
	}
	if (ever && strcmp(v->argv[2], "ever") == 0) {
		*seconds = MSG_FOR_EVER;
		return 0;
	}
	if ((error = conf_parse_time(v->argv[2], seconds)) == NULL)
		return 0;
	warnx("%s: %s: %s", v->name, v->argv[2], error);
	return -1;
}
