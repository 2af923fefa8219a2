/* Rows of THE table (rules.h): Exim 4. */
#include "rules_rows.h"

/* program, template, what; flags, told, unless told before; remark */
/* clang-format off */
static const struct rule rows[] = {
};
/* clang-format on */
RULE_ROWS(exim)
