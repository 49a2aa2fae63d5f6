// SPDX-License-Identifier: MIT
// What a webhook's form reads from files.
#include "alert/template.h"
#include "alert/zone.h"
#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ZONE_FOLDER "/usr/share/zoneinfo"

int zone_load(const char *name, struct zone **ret_zone, struct error *error)
{
    char path[200];
    if (name[0] == '/' || strstr(name, "..") != NULL ||
        (size_t)snprintf(path, sizeof path, ZONE_FOLDER "/%s", name) >= sizeof path)
        return error_set(error, -EINVAL, "time zone %s: not a zone's name", name);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set(error, -errno, "time zone %s: %s: %s", name, path, strerror(errno));
    AUTO_FREE uint8_t *bytes = memory_allocate(ZONE_BYTES_MAX + 1);
    size_t length = fread(bytes, 1, ZONE_BYTES_MAX + 1, file);
    fclose(file);
    return zone_parse(name, bytes, length, ret_zone, error);
}

int alert_template_load(const char *path, struct alert_template **ret_template, struct error *error)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set(error, -errno, "%s: %s", path, strerror(errno));
    AUTO_FREE char *bytes = memory_allocate(TEMPLATE_BYTES_MAX + 1);
    size_t length = fread(bytes, 1, TEMPLATE_BYTES_MAX + 1, file);
    fclose(file);
    int result = alert_template_parse(bytes, length, ret_template, error);
    return result < 0 ? error_prefix(error, "%s", path) : 0;
}
