// SPDX-License-Identifier: MIT
#include "service.h"

#include "base/log.h"

#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

// Every problem on a line of its own.
static void report_problems(const struct config_problems *problems)
{
    const char *line = problems->lines.bytes != NULL ? problems->lines.bytes : "";
    while (*line != '\0') {
        size_t length = strcspn(line, "\n");
        log_error("%.*s", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

struct config *service_load_config(const char *path)
{
    struct config *config = NULL;
    struct config_problems problems;
    config_problems_init(&problems);
    if (config_load(path, &config, &problems) < 0) {
        report_problems(&problems);
        config = NULL;
    }
    config_problems_done(&problems);
    return config;
}

// A configuration goes when the last of those that used it has let go of it.
struct old_config {
    struct config *config;
    unsigned users;
};

static void release_old_config(void *data)
{
    struct old_config *old = data;
    if (--old->users > 0)
        return;
    config_free(old->config);
    free(old);
}

void service_reload(struct service *service)
{
    sd_notify(0, "RELOADING=1");
    struct config *config = service_load_config(service->config_path);
    if (config == NULL) {
        log_event(LOG_EVENT_CONFIGURATION_REFUSED, NULL,
                  "the new configuration is refused; the old one stays in force");
        sd_notify(0, "READY=1");
        return;
    }
    if (strcmp(config->database, service->database) != 0 ||
        strcmp(config->state_directory, service->state_directory) != 0)
        log_warning("a changed database or state_directory takes effect after a restart");
    if (config->lease != service->config->lease)
        log_warning("a changed \"lease\" takes effect after a restart");
    struct old_config *old = memory_allocate_zeroed(1, sizeof *old);
    *old = (struct old_config){.config = service->config, .users = 2};
    service->config = config;
    service_reload_leases(service);
    service_reload_feeds(service, old->config);
    alert_delivery_set_config(service->delivery, config);
    observer_set_config(service->observer, config);
    pipeline_set_config(service->pipeline, config, release_old_config, old);
    judging_reload(service->judging, config, release_old_config, old);
    log_event(LOG_EVENT_CONFIGURATION_RELOADED, NULL,
              "configuration reloaded: %zu feeds, %zu watch entries", config->feed_count,
              config->watch.entry_count);
    sd_notify(0, "READY=1");
}
