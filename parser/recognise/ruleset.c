/* THE table compiled, with the shapes of smtpban.conf(5) beside it. */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "ruleset.h"

#define BUCKETS  64 /* a power of two */
#define SETS_MAX 256

/* A tag that a set is for. */
struct tag {
	struct tag *next; /* in its bucket */
	const char *text;
	size_t len;
	bool any; /* something and a slash come first */
	struct rule_set *set;
};

/* What smtpban.conf(5) gave, in the form of the table. */
struct own {
	struct own *next;
	struct rule rule;
	struct rule_program program; /* of the first with this tag */
	char *tag;
	char *tags;
	char *template;
};

struct recognise_rules {
	struct tag *buckets[BUCKETS];
	struct rule_set sets[SETS_MAX];
	size_t nsets;
	struct own *own;
};

static unsigned
bucket_of(const char *name, size_t n)
{
	unsigned hash = (unsigned)n;

	if (n > 0)
		hash += (unsigned char)name[0] * 7U +
		    (unsigned char)name[n / 2] * 3U +
		    (unsigned char)name[n - 1];
	return hash % BUCKETS;
}

static int
add_tag(struct recognise_rules *r, struct rule_set *set, const char *text,
    size_t n)
{
	static const char any[] = "any/";
	const char *slash;
	struct tag *t = calloc(1, sizeof(*t)), **bucket;

	if (t == NULL)
		return -1;
	t->any = n > sizeof(any) - 1 && memcmp(text, any, sizeof(any) - 1) == 0;
	t->text = text + (t->any ? sizeof(any) - 1 : 0);
	t->len = n - (size_t)(t->text - text);
	t->set = set;
	slash = memrchr(t->text, '/', t->len);
	text = slash != NULL ? slash + 1 : t->text;
	bucket =
	    &r->buckets[bucket_of(text, t->len - (size_t)(text - t->text))];
	t->next = *bucket;
	*bucket = t;
	return 0;
}

/* A set for these tags, or NULL without memory. */
static struct rule_set *
add_set(struct recognise_rules *r, const struct rule_program *program)
{
	struct rule_set *set = &r->sets[r->nsets];
	const char *p;
	size_t n;

	if (r->nsets == SETS_MAX || (set->tree = template_new()) == NULL)
		return NULL;
	set->program = program;
	r->nsets++;
	for (p = program->tags; *p != '\0'; p += n + strspn(p + n, " ")) {
		n = strcspn(p, " ");
		if (add_tag(r, set, p, n) == -1)
			return NULL;
	}
	return set;
}

static int
add_program(struct recognise_rules *r, const struct rule_program *program)
{
	struct rule_set *set = add_set(r, program);
	const struct rule *rule;
	const char *error;

	if (set == NULL)
		return -1;
	for (rule = rules_next(NULL); rule != NULL; rule = rules_next(rule)) {
		if (strcmp(rule->server, program->server) != 0 ||
		    strcmp(rule->program, program->name) != 0)
			continue;
		error = template_add(set->tree, rule->template, rule);
		if (error != NULL)
			fatalx("rule \"%s\": %s", rule->template, error);
	}
	return 0;
}

struct recognise_rules *
recognise_rules_new(void)
{
	struct recognise_rules *r = calloc(1, sizeof(*r));
	size_t i;

	for (i = 0; r != NULL && i < rules_programs_count; i++)
		if (add_program(r, &rules_programs[i]) == -1) {
			recognise_rules_free(r);
			return NULL;
		}
	return r;
}

static void
own_free(struct own *own)
{
	if (own == NULL)
		return;
	free(own->tag);
	free(own->tags);
	free(own->template);
	free(own);
}

void
recognise_rules_free(struct recognise_rules *r)
{
	struct own *own;
	struct tag *t;
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < r->nsets; i++)
		template_free(r->sets[i].tree);
	for (i = 0; i < BUCKETS; i++)
		while ((t = r->buckets[i]) != NULL) {
			r->buckets[i] = t->next;
			free(t);
		}
	while ((own = r->own) != NULL) {
		r->own = own->next;
		own_free(own);
	}
	free(r);
}

/* The set of an own tag, or NULL. */
static struct rule_set *
find_own(struct recognise_rules *r, const char *tag)
{
	const struct own *own;
	size_t i;

	for (i = 0; i < r->nsets; i++)
		for (own = r->own; own != NULL; own = own->next)
			if (r->sets[i].program == &own->program &&
			    strcmp(own->tag, tag) == 0)
				return &r->sets[i];
	return NULL;
}

static struct own *
own_new(const char *tag, const char *template, enum category category)
{
	struct own *own = calloc(1, sizeof(*own));

	if (own == NULL)
		return NULL;
	own->tag = strdup(tag);
	own->template = strdup(template);
	if (asprintf(&own->tags, "%s any/%s", tag, tag) == -1)
		own->tags = NULL;
	if (own->tag == NULL || own->template == NULL || own->tags == NULL) {
		own_free(own);
		return NULL;
	}
	own->rule.server = "match";
	own->rule.program = own->tag;
	own->rule.template = own->template;
	own->rule.kind = EVENT_FAILURE;
	own->rule.category = category;
	own->program.server = "match";
	own->program.name = own->tag;
	own->program.tags = own->tags;
	return own;
}

const char *
recognise_rules_match(struct recognise_rules *r, const char *tag,
    const char *template, enum category category)
{
	struct own *own = own_new(tag, template, category);
	struct rule_set *set;

	if (own == NULL)
		return "no memory";
	set = find_own(r, tag);
	own->next = r->own;
	r->own = own;
	if (set == NULL)
		set = add_set(r, &own->program);
	if (set == NULL)
		return "too many programs";
	return template_add_match(set->tree, own->template, &own->rule);
}

static bool
tag_fits(const struct tag *t, const char *tag, size_t tag_len)
{
	if (!t->any)
		return t->len == tag_len && memcmp(t->text, tag, tag_len) == 0;
	return t->len < tag_len && tag[tag_len - t->len - 1] == '/' &&
	    memcmp(t->text, tag + tag_len - t->len, t->len) == 0;
}

const struct rule_set *
ruleset_find(const struct recognise_rules *r, const struct rule_set *after,
    const char *tag, size_t tag_len, const char *name, size_t name_len)
{
	const struct tag *t = r->buckets[bucket_of(name, name_len)];

	for (; t != NULL; t = t->next) {
		if (!tag_fits(t, tag, tag_len))
			continue;
		if (after == NULL)
			return t->set;
		if (t->set == after)
			after = NULL;
	}
	return NULL;
}
