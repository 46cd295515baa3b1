/* A security label provider that takes every label: Postgres comes with none, and refuses SECURITY LABEL without. */
#include "postgres.h"
#include "commands/seclabel.h"
#include "fmgr.h"

PG_MODULE_MAGIC;

void _PG_init(void);

static void accept_label(const ObjectAddress *object, const char *label) {}

void _PG_init(void) {
  register_label_provider("any", accept_label);
}
